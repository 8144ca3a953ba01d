package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A safetensors file: 8 bytes of header length, a JSON header that names dtype, shape and place of each tensor, the
 * data. The header is not believed: every place must lie in the file and be as large as its shape says.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
final class SafetensorsFile {

    private static final JsonMapper JSON = new JsonMapper();
    private static final long LARGEST_HEADER = 100_000_000;

    private static final Map<String, DataType> DTYPES = Map.of(
            "F64", DataType.FLOAT64,
            "F32", DataType.FLOAT32,
            "F16", DataType.FLOAT16,
            "BF16", DataType.BFLOAT16,
            "I64", DataType.INT64,
            "I32", DataType.INT32,
            "U8", DataType.UINT8,
            "BOOL", DataType.BOOLEAN);

    private final Path file;
    private final Map<String, Entry> entries;

    private record Entry(DataType dtype, Shape shape, long start, long size) {}

    private SafetensorsFile(Path file, Map<String, Entry> entries) {
        this.file = file;
        this.entries = entries;
    }

    /** Reads and checks the header. */
    static SafetensorsFile open(Path file) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            long headerSize = size < 8 ? -1 : read(channel, 0, 8).getLong();
            if (headerSize < 2 || headerSize > Math.min(size - 8, LARGEST_HEADER)) {
                throw broken(
                        file,
                        "its header says it is %d bytes long and the file has %d; is the file truncated?"
                                .formatted(headerSize, size));
            }
            byte[] header = new byte[(int) headerSize];
            read(channel, 8, header.length).get(header);
            return new SafetensorsFile(file, entries(file, JSON.readTree(header), 8 + headerSize, size));
        } catch (JacksonException e) {
            throw new InvalidCheckpoint(
                    "%s: its header is not JSON; is it a safetensors file?".formatted(file.getFileName()), e);
        } catch (IOException e) {
            throw new InvalidCheckpoint("cannot read %s: %s".formatted(file.getFileName(), e.getMessage()), e);
        }
    }

    Set<String> names() {
        return entries.keySet();
    }

    Shape shape(String name) {
        return entry(name).shape;
    }

    DataType dtype(String name) {
        return entry(name).dtype;
    }

    /**
     * The tensor over the mapped file: no byte is copied, and none read before it is used. Writing to the array changes
     * this process's pages only. A bfloat16 tensor is decoded to fp32 instead.
     */
    NDArray map(Ops ops, String name) {
        Entry entry = entry(name);
        if (entry.size > Integer.MAX_VALUE) {
            throw broken(
                    file,
                    "tensor %s has %d bytes; at most %d are supported".formatted(name, entry.size, Integer.MAX_VALUE));
        }
        ByteBuffer bytes = bytes(entry);
        return entry.dtype == DataType.BFLOAT16
                ? Bfloat16.decode(ops, bytes, entry.shape)
                : ops.manager().create(bytes.order(ByteOrder.LITTLE_ENDIAN), entry.shape, entry.dtype);
    }

    private ByteBuffer bytes(Entry entry) {
        // A private mapping may be written to, which a read-only channel would not allow; the file stays as it is.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(FileChannel.MapMode.PRIVATE, entry.start, entry.size);
        } catch (IOException notWritable) {
            return copy(entry);
        }
    }

    private ByteBuffer copy(Entry entry) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocateDirect((int) entry.size);
            while (bytes.hasRemaining() && channel.read(bytes, entry.start + bytes.position()) >= 0) {}
            return bytes.flip();
        } catch (IOException e) {
            throw new InvalidCheckpoint("cannot read %s: %s".formatted(file.getFileName(), e.getMessage()), e);
        }
    }

    private Entry entry(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            throw broken(file, "no tensor \"%s\" among its %d tensors".formatted(name, entries.size()));
        }
        return entry;
    }

    private static Map<String, Entry> entries(Path file, JsonNode header, long dataStart, long fileSize) {
        var entries = new LinkedHashMap<String, Entry>();
        for (Map.Entry<String, JsonNode> field : header.properties()) {
            if (!field.getKey().equals("__metadata__")) {
                entries.put(field.getKey(), entry(file, field.getKey(), field.getValue(), dataStart, fileSize));
            }
        }
        return Collections.unmodifiableMap(entries);
    }

    private static Entry entry(Path file, String name, JsonNode json, long dataStart, long fileSize) {
        DataType dtype = DTYPES.get(json.path("dtype").asString(""));
        if (dtype == null) {
            throw broken(
                    file,
                    "tensor %s has dtype %s; supported are %s".formatted(name, json.path("dtype"), DTYPES.keySet()));
        }
        JsonNode dims = json.path("shape");
        long[] shape = new long[dims.size()];
        long elements = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = dims.get(i).asLong(-1);
            if (shape[i] < 0 || (shape[i] > 0 && elements > Long.MAX_VALUE / 16 / shape[i])) {
                throw broken(file, "tensor %s has the impossible shape %s".formatted(name, dims));
            }
            elements *= shape[i];
        }
        long start = json.path("data_offsets").path(0).asLong(-1);
        long end = json.path("data_offsets").path(1).asLong(-1);
        if (start < 0 || end < start || end > fileSize - dataStart) {
            throw broken(
                    file,
                    "tensor %s lies at bytes %d to %d of %d bytes of data; is the file truncated?"
                            .formatted(name, start, end, fileSize - dataStart));
        }
        if (end - start != elements * dtype.getNumOfBytes()) {
            throw broken(
                    file,
                    "tensor %s of shape %s needs %d bytes, its header gives it %d"
                            .formatted(name, dims, elements * dtype.getNumOfBytes(), end - start));
        }
        return new Entry(dtype, new Shape(shape), dataStart + start, end - start);
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && channel.read(bytes, position + bytes.position()) >= 0) {}
        return bytes.flip();
    }

    private static InvalidCheckpoint broken(Path file, String what) {
        return new InvalidCheckpoint("%s: %s".formatted(file.getFileName(), what));
    }
}
