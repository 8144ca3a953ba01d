package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_HEADER;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.LYING_HEADER;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.MISSING_FILE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.TRUNCATED_FILE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_DTYPE;

import ai.djl.ndarray.types.Shape;
import dev.tandem.transformer.InvalidCheckpoint.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.PropertyNamingStrategies;

/**
 * Reads the header of a safetensors file and holds it against the file: 8 bytes of length, that much JSON, then the
 * tensors, each as large as its shape says, with nothing before, between or after them.
 *
 * @see <a href="https://huggingface.co/docs/safetensors">the format</a>
 */
final class SafetensorsHeader {

    /** Some 100 000 tensors. The format allows 100 MB, which is more than one request may take of a server's heap. */
    private static final long LONGEST = 16L << 20;

    /** Tensor by tensor, never the whole header as a tree: junk of some MB would fill the heap as nodes. */
    private static final ObjectReader ENTRY = ConfigJson.STRICT
            .rebuild()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(Entry.class);

    private final String file;
    private final long fileSize;

    private record Entry(@Nullable String dtype, long @Nullable [] shape, long @Nullable [] dataOffsets) {}

    private SafetensorsHeader(String file, long fileSize) {
        this.file = file;
        this.fileSize = fileSize;
    }

    /** @param dataStart where in the file the header ends and the first tensor begins */
    record Contents(Map<String, StoredTensor> tensors, long dataStart) {}

    /** @throws InvalidCheckpoint if the file is not what its header says */
    static Contents read(Path path) {
        String file = String.valueOf(path.getFileName());
        try (FileChannel channel = FileChannel.open(path)) {
            return new SafetensorsHeader(file, channel.size()).read(channel);
        } catch (NoSuchFileException e) {
            throw new InvalidCheckpoint(MISSING_FILE, file + " is missing; add it", e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private Contents read(FileChannel channel) throws IOException {
        if (fileSize < 8) {
            throw broken(TRUNCATED_FILE, "is %d bytes long and has no header; copy it again".formatted(fileSize));
        }
        long length = bytes(channel, 0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > LONGEST) {
            throw broken(
                    INVALID_HEADER,
                    "says that its header is %s bytes long; headers are from 2 to %d bytes, is it safetensors at all?"
                            .formatted(Long.toUnsignedString(length), LONGEST));
        }
        if (length > fileSize - 8) {
            throw truncated("its header alone is %d bytes".formatted(length), 8 + length);
        }
        Map<String, StoredTensor> tensors =
                parse(bytes(channel, 8, (int) length).array());
        checkLayout(tensors, fileSize - 8 - length);
        return new Contents(tensors, 8 + length);
    }

    private static ByteBuffer bytes(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {}
        return buffer.rewind();
    }

    private Map<String, StoredTensor> parse(byte[] header) {
        var tensors = new LinkedHashMap<String, StoredTensor>();
        try (JsonParser json = ConfigJson.STRICT.createParser(header)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw broken(INVALID_HEADER, "has a header that is no JSON object; is it safetensors at all?");
            }
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                json.nextToken();
                if (name.equals("__metadata__")) {
                    json.skipChildren();
                } else {
                    tensors.put(name, tensor(name, ENTRY.readValue(json)));
                }
            }
            if (json.nextToken() != null) {
                throw broken(INVALID_HEADER, "has a header that goes on after its JSON ends");
            }
            return tensors;
        } catch (DatabindException e) {
            throw broken(
                    INVALID_HEADER, "has an entry in its header that is no object with dtype, shape and data_offsets");
        } catch (JacksonException e) {
            throw new InvalidCheckpoint(
                    INVALID_HEADER,
                    "%s has a header that is not JSON as safetensors has it: %s"
                            .formatted(file, e.getOriginalMessage()),
                    e);
        }
    }

    private StoredTensor tensor(String name, @Nullable Entry entry) {
        if (entry == null
                || entry.dtype == null
                || entry.shape == null
                || LongStream.of(entry.shape).anyMatch(dim -> dim < 0)
                || entry.dataOffsets == null
                || entry.dataOffsets.length != 2) {
            throw broken(INVALID_HEADER, "has no dtype, shape and data_offsets for tensor \"%s\"".formatted(name));
        }
        if (!StoredTensor.DTYPES.containsKey(entry.dtype)) {
            throw broken(
                    UNSUPPORTED_DTYPE,
                    "stores tensor \"%s\" as %s; known are %s"
                            .formatted(name, entry.dtype, StoredTensor.DTYPES.keySet()));
        }
        return new StoredTensor(entry.dtype, new Shape(entry.shape), entry.dataOffsets[0], entry.dataOffsets[1]);
    }

    private void checkLayout(Map<String, StoredTensor> tensors, long dataSize) {
        var inOrder = new ArrayList<>(tensors.entrySet());
        inOrder.sort(Comparator.comparingLong(
                        (Map.Entry<String, StoredTensor> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        long position = 0;
        for (Map.Entry<String, StoredTensor> entry : inOrder) {
            checkSize(entry.getKey(), entry.getValue());
            if (entry.getValue().begin() != position) {
                throw broken(
                        LYING_HEADER,
                        "says that tensor \"%s\" begins at byte %d of the data, but the one before it ends at %d"
                                .formatted(entry.getKey(), entry.getValue().begin(), position));
            }
            position = entry.getValue().end();
        }
        if (position > dataSize) {
            throw truncated("its tensors need %d bytes".formatted(position), fileSize - dataSize + position);
        }
        if (position < dataSize) {
            throw broken(
                    LYING_HEADER, "has %d bytes after its last tensor; copy it again".formatted(dataSize - position));
        }
    }

    private void checkSize(String name, StoredTensor tensor) {
        Long needed = tensor.bytesNeeded();
        if (needed == null) {
            throw broken(
                    LYING_HEADER,
                    "says that tensor \"%s\" has shape %s, which no file can hold".formatted(name, tensor.dims()));
        }
        if (tensor.size() != needed) {
            throw broken(
                    LYING_HEADER,
                    "gives tensor \"%s\" %d bytes, but shape %s of %s needs %d"
                            .formatted(name, tensor.size(), tensor.dims(), tensor.dtypeName(), needed));
        }
    }

    private InvalidCheckpoint truncated(String need, long whole) {
        return broken(
                TRUNCATED_FILE,
                "is truncated: %s, so the file must have %d bytes, was %d; copy it again"
                        .formatted(need, whole, fileSize));
    }

    private InvalidCheckpoint broken(Rule rule, String message) {
        return new InvalidCheckpoint(rule, file + " " + message);
    }
}
