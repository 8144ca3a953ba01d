package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Fixture: {@code golden/generation/generation.json}, written by {@code make.py} beside it with real Transformers. */
class GoldenGenerationTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden");

    @TestFactory
    Stream<DynamicTest> filtersGiveTheProbabilitiesOfTransformersWarpers() throws IOException {
        return golden("warpers").map(warped -> {
            var sampling = new Sampling(
                    1,
                    warped.get("temperature").asDouble(),
                    warped.get("top_k").asInt(),
                    warped.get("top_p").asDouble(),
                    0);
            float[] logits = floats(warped.get("logits"));
            double[] expected = doubles(warped.get("probabilities"));
            return DynamicTest.dynamicTest(
                    sampling.toString(),
                    () -> assertThat(sampling.probabilities(logits)).containsExactly(expected, within(1e-6)));
        });
    }

    /** All prompts of a model at once, though they are of different lengths. */
    @TestFactory
    Stream<DynamicTest> greedyTextsAreThoseOfTransformers() throws IOException {
        Map<String, List<JsonNode>> models = new LinkedHashMap<>();
        golden("greedy")
                .forEach(text -> models.computeIfAbsent(text.get("model").asString(), m -> new ArrayList<>())
                        .add(text));
        return models.entrySet().stream()
                .filter(model -> Files.isDirectory(GOLDEN.resolve("models").resolve(model.getKey())))
                .map(model -> DynamicTest.dynamicTest(model.getKey(), () -> check(model.getKey(), model.getValue())));
    }

    private static void check(String model, List<JsonNode> texts) {
        Path folder = GOLDEN.resolve("models").resolve(model);
        try (Generator generator = Generator.open(folder, null)) {
            List<int[]> prompts =
                    texts.stream().map(text -> ints(text.get("prompt_ids"))).toList();
            List<Generator.Continuation> ours = generator.generate(prompts, EndTokens.of(folder), Sampling.greedy(24));
            for (int i = 0; i < texts.size(); i++) {
                int[] theirs = ints(texts.get(i).get("new_ids"));
                boolean ended = EndTokens.of(folder).contains(theirs[theirs.length - 1]);
                assertThat(ours.get(i).ended()).isEqualTo(ended);
                assertThat(ours.get(i).ids())
                        .isEqualTo(java.util.Arrays.copyOf(theirs, theirs.length - (ended ? 1 : 0)));
            }
        }
    }

    private static Stream<JsonNode> golden(String part) throws IOException {
        byte[] json = Files.readAllBytes(GOLDEN.resolve("generation/generation.json"));
        return StreamSupport.stream(new JsonMapper().readTree(json).get(part).spliterator(), false);
    }

    private static double[] doubles(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToDouble(JsonNode::asDouble)
                .toArray();
    }

    private static float[] floats(JsonNode array) {
        float[] floats = new float[array.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = array.get(i).floatValue();
        }
        return floats;
    }

    private static int[] ints(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .toArray();
    }
}
