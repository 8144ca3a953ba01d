package dev.tandem.scoring;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Per-token log-probabilities that Transformers computed, by a reader that shares nothing with the program's. */
record GoldenLogps(float[][] rows) {

    static GoldenLogps of(String model) throws IOException {
        Path file = Path.of("src/test/resources/golden/models", model, "expected.safetensors");
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        byte[] header = new byte[(int) bytes.getLong()];
        bytes.get(header);
        JsonNode tensor = new JsonMapper()
                .readTree(new String(header, StandardCharsets.UTF_8))
                .get("token_logprobs");
        int columns = tensor.get("shape").get(1).asInt();
        float[][] rows = new float[tensor.get("shape").get(0).asInt()][columns];
        bytes.position(
                Long.BYTES + header.length + tensor.get("data_offsets").get(0).asInt());
        for (float[] row : rows) {
            bytes.asFloatBuffer().get(row);
            bytes.position(bytes.position() + columns * Float.BYTES);
        }
        return new GoldenLogps(rows);
    }
}
