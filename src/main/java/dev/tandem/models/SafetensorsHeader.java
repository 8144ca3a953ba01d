package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Wire;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Reads the header of a safetensors file and holds it against the file: 8 bytes of length, that much JSON, then the
 * tensors, each exactly where and as large as the header says, with nothing between or after them.
 */
final class SafetensorsHeader {

    /** As in the format's reference implementation: no honest header is longer. */
    private static final long LONGEST = 100_000_000;

    private static final Map<String, Integer> BITS = Map.ofEntries(
            Map.entry("F64", 64),
            Map.entry("F32", 32),
            Map.entry("F16", 16),
            Map.entry("BF16", 16),
            Map.entry("I64", 64),
            Map.entry("I32", 32),
            Map.entry("I16", 16),
            Map.entry("I8", 8),
            Map.entry("U8", 8),
            Map.entry("BOOL", 8));

    private final String file;
    private final long fileSize;

    private SafetensorsHeader(String file, long fileSize) {
        this.file = file;
        this.fileSize = fileSize;
    }

    /** @throws InvalidSpec if the file is not what its header says */
    static Map<String, TensorInfo> read(Path path) {
        try (FileChannel channel = FileChannel.open(path)) {
            return new SafetensorsHeader(String.valueOf(path.getFileName()), channel.size()).read(channel);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    private Map<String, TensorInfo> read(FileChannel channel) throws IOException {
        if (fileSize < 8) {
            throw broken("truncated_file", "is %d bytes long and has no header; upload it again".formatted(fileSize));
        }
        long length = bytes(channel, 0, 8).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > LONGEST) {
            throw broken(
                    "invalid_header",
                    "says that its header is %s bytes long, which no safetensors header is; is it safetensors at all?"
                            .formatted(Long.toUnsignedString(length)));
        }
        if (length > fileSize - 8) {
            throw truncated("its header alone is %d bytes".formatted(length), 8 + length);
        }
        Map<String, TensorInfo> tensors = parse(bytes(channel, 8, (int) length).array());
        checkLayout(tensors, fileSize - 8 - length);
        return tensors;
    }

    private static ByteBuffer bytes(FileChannel channel, long from, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining() && channel.read(buffer, from + buffer.position()) >= 0) {}
        return buffer.flip();
    }

    private Map<String, TensorInfo> parse(byte[] json) {
        try {
            var tensors = new LinkedHashMap<String, TensorInfo>();
            for (Map.Entry<String, JsonNode> entry : Wire.JSON.readTree(json).properties()) {
                if (!entry.getKey().equals("__metadata__")) {
                    tensors.put(entry.getKey(), tensor(entry.getKey(), entry.getValue()));
                }
            }
            return tensors;
        } catch (JacksonException e) {
            throw broken("invalid_header", "has a header that is not JSON: " + e.getOriginalMessage());
        }
    }

    private TensorInfo tensor(String name, JsonNode node) {
        JsonNode offsets = node.path("data_offsets");
        boolean shaped = node.path("shape").isArray()
                && node.path("shape").values().stream().allMatch(n -> n.isIntegralNumber() && n.asLong() >= 0);
        if (!shaped
                || !node.path("dtype").isString()
                || offsets.size() != 2
                || !offsets.get(0).isIntegralNumber()
                || !offsets.get(1).isIntegralNumber()) {
            throw broken("invalid_header", "has no dtype, shape and data_offsets for tensor \"%s\"".formatted(name));
        }
        List<Long> shape =
                node.path("shape").values().stream().map(JsonNode::asLong).toList();
        return new TensorInfo(
                node.path("dtype").asString(),
                shape,
                offsets.get(0).asLong(),
                offsets.get(1).asLong());
    }

    private void checkLayout(Map<String, TensorInfo> tensors, long dataSize) {
        var inOrder = new ArrayList<>(tensors.entrySet());
        inOrder.sort(Comparator.comparingLong(
                        (Map.Entry<String, TensorInfo> e) -> e.getValue().begin())
                .thenComparingLong(e -> e.getValue().end()));
        long position = 0;
        for (Map.Entry<String, TensorInfo> entry : inOrder) {
            checkSize(entry.getKey(), entry.getValue());
            if (entry.getValue().begin() != position) {
                throw broken(
                        "lying_header",
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
                    "lying_header",
                    "has %d bytes after its last tensor; upload it again".formatted(dataSize - position));
        }
    }

    private void checkSize(String name, TensorInfo tensor) {
        Integer bits = BITS.get(tensor.dtype());
        if (bits == null) {
            throw broken(
                    "unsupported_dtype",
                    "stores tensor \"%s\" as %s; known are %s"
                            .formatted(
                                    name,
                                    tensor.dtype(),
                                    BITS.keySet().stream().sorted().toList()));
        }
        long expected;
        try {
            expected = Math.multiplyExact(tensor.elements(), bits / 8);
        } catch (ArithmeticException e) {
            throw broken("lying_header", "says that tensor \"%s\" has shape %s".formatted(name, tensor.shape()));
        }
        if (tensor.end() - tensor.begin() != expected) {
            throw broken(
                    "lying_header",
                    "gives tensor \"%s\" %d bytes, but shape %s of %s needs %d"
                            .formatted(name, tensor.end() - tensor.begin(), tensor.shape(), tensor.dtype(), expected));
        }
    }

    private InvalidSpec truncated(String need, long whole) {
        return broken(
                "truncated_file",
                "is truncated: %s, so the file must have %d bytes, was %d; upload it again"
                        .formatted(need, whole, fileSize));
    }

    private InvalidSpec broken(String code, String message) {
        return new InvalidSpec("files", code, file + " " + message);
    }
}
