package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
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

    /** Numbers written at one time, straight from native memory: a tensor may be larger than Java's heap. */
    private static final int PIECE = 1 << 22;

    private SafetensorsWriter() {}

    /**
     * Writes and syncs the file.
     *
     * @param dtype in which floating tensors are stored, whatever they are in memory
     * @return the file's digest, as in {@code sha256:...}
     * @throws IOException if the disk is full or the file cannot be written
     */
    public static String write(Path file, Map<String, NDArray> tensors, DataType dtype) throws IOException {
        byte[] header = header(tensors, dtype);
        MessageDigest digest = sha256();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeAll(
                    channel,
                    digest,
                    ByteBuffer.allocate(8)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(header.length)
                            .flip());
            writeAll(channel, digest, ByteBuffer.wrap(header));
            for (NDArray tensor : tensors.values()) {
                writeTensor(channel, digest, tensor, dtype);
            }
            channel.force(true);
        }
        return "sha256:" + HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void writeTensor(FileChannel channel, MessageDigest digest, NDArray tensor, DataType dtype)
            throws IOException {
        try (NDArray flat = tensor.reshape(tensor.size())) {
            for (long start = 0; start < tensor.size(); start += PIECE) {
                try (NDArray piece = flat.get(start + ":" + Math.min(start + PIECE, tensor.size()))) {
                    writePiece(channel, digest, piece, dtype);
                }
            }
        }
    }

    private static void writePiece(FileChannel channel, MessageDigest digest, NDArray piece, DataType dtype)
            throws IOException {
        if (piece.getDataType() == dtype) {
            writeAll(channel, digest, piece.toByteBuffer(true));
        } else if (dtype == DataType.BFLOAT16) {
            writeAll(channel, digest, Bfloat16.encode(piece.toByteBuffer(true)));
        } else {
            try (NDArray stored = piece.toType(dtype, true)) {
                writeAll(channel, digest, stored.toByteBuffer(true));
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

    private static void writeAll(FileChannel channel, MessageDigest digest, ByteBuffer bytes) throws IOException {
        digest.update(bytes.duplicate());
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
