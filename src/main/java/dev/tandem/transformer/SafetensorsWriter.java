package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Writes tensors to a safetensors file, one at a time, so that no second copy of a model is ever in memory. */
public final class SafetensorsWriter {

    private static final Map<DataType, String> DTYPES = Map.of(
            DataType.FLOAT64, "F64",
            DataType.FLOAT32, "F32",
            DataType.FLOAT16, "F16",
            DataType.BFLOAT16, "BF16",
            DataType.INT64, "I64");

    private SafetensorsWriter() {}

    /**
     * Writes and syncs the file.
     *
     * @param dtype in which floating tensors are stored, whatever they are in memory
     * @throws IOException if the disk is full or the file cannot be written
     */
    public static void write(Path file, Map<String, NDArray> tensors, DataType dtype) throws IOException {
        byte[] header = header(tensors, dtype);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeAll(
                    channel,
                    ByteBuffer.allocate(8)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length)
                            .flip());
            writeAll(channel, ByteBuffer.wrap(header));
            for (NDArray tensor : tensors.values()) {
                writeTensor(channel, tensor, dtype);
            }
            channel.force(true);
        }
    }

    private static void writeTensor(FileChannel channel, NDArray tensor, DataType dtype) throws IOException {
        if (tensor.getDataType() == dtype) {
            writeAll(channel, tensor.toByteBuffer(false));
        } else if (dtype == DataType.BFLOAT16) {
            writeAll(channel, Bfloat16.encode(tensor.toByteBuffer(false)));
        } else {
            try (NDArray stored = tensor.toType(dtype, true)) {
                writeAll(channel, stored.toByteBuffer(false));
            }
        }
    }

    private static byte[] header(Map<String, NDArray> tensors, DataType dtype) {
        var header = new LinkedHashMap<String, Object>();
        header.put("__metadata__", Map.of("format", "pt"));
        long offset = 0;
        for (Map.Entry<String, NDArray> tensor : tensors.entrySet()) {
            long end = offset + tensor.getValue().size() * dtype.getNumOfBytes();
            var entry = new LinkedHashMap<String, Object>();
            entry.put("dtype", DTYPES.get(dtype));
            entry.put("shape", tensor.getValue().getShape().getShape());
            entry.put("data_offsets", new long[] {offset, end});
            header.put(tensor.getKey(), entry);
            offset = end;
        }
        byte[] json = new JsonMapper().writeValueAsBytes(header);
        // Padded with spaces so that the data begins at a multiple of 8, as the reference implementation does.
        byte[] padded = new byte[(json.length + 7) / 8 * 8];
        Arrays.fill(padded, (byte) ' ');
        System.arraycopy(json, 0, padded, 0, json.length);
        return padded;
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
