package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.TrainingSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Value, gradient and metrics of every loss that TRL and the DPO paper's own code computed, see {@code golden/losses}. */
class GoldenLossesTest {

    private static final JsonMapper JSON = new JsonMapper();
    private static final JsonNode GOLDEN = read("losses.json");

    /** One call of TRL's loss. */
    record Case(JsonNode json) {

        @SuppressWarnings("unchecked")
        Map<String, Object> config() {
            return JSON.convertValue(json.get("config"), Map.class);
        }

        LossProbe probe() {
            JsonNode batch = GOLDEN.get("batches").get(json.get("batch").asString());
            var probe = new LossProbe();
            JsonNode masks = batch.get("completion_mask");
            int pairs = batch.get("pairs").asInt();
            for (int i = 0; i < pairs; i++) {
                probe.add(prompt(masks.get(i)), completion(masks.get(i)), completion(masks.get(pairs + i)));
                for (String side : List.of("chosen", "rejected")) {
                    probe.policy.addAll(
                            floats(batch.get("policy_" + side + "_token_logps").get(i)));
                    probe.reference.addAll(
                            floats(batch.get("ref_" + side + "_token_logps").get(i)));
                    probe.logSumP2.addAll(floats(
                            batch.get("policy_" + side + "_token_log_sum_p2").get(i)));
                }
            }
            return probe;
        }

        @Override
        public String toString() {
            return json.get("batch").asString() + " " + json.get("config");
        }
    }

    static Stream<Case> runnable() {
        return cases().filter(c -> !c.json.has("trl_error"));
    }

    static Stream<Case> refused() {
        return cases().filter(c -> c.json.has("trl_error"));
    }

    @ParameterizedTest
    @MethodSource("runnable")
    void valueGradientAndMetricsAreThoseOfTrl(Case golden) {
        TrainingSpec spec = TrainingSpec.read(golden.config());
        LossProbe.Answer ours = golden.probe().ask(spec);

        double value =
                golden.json.path("loss_f64").asDouble(golden.json.get("loss").asDouble());
        assertThat(ours.loss()).isCloseTo(value, within(1e-6 * Math.max(1, Math.abs(value))));
        // discopop's 1/tau makes 20 times of each rounding: TRL's own fp32 is 1.6e-5 from its fp64 there.
        double limit = golden.toString().contains("discopop") ? 5e-5 : 2e-6;
        assertGradients(ours.gradients(), gradients(golden.json, "grad_policy_%s_token_logps"), limit);
        for (String name : List.of("rewards/chosen", "rewards/rejected", "rewards/margins", "logps/chosen")) {
            double expected = golden.json.get("metrics").get(name).asDouble();
            assertThat(ours.metrics().get(name))
                    .as(name)
                    .isCloseTo(expected, within(1e-5 * Math.max(1, Math.abs(expected))));
        }
        assertThat(ours.metrics()).doesNotContainKey("nll_loss");
    }

    @ParameterizedTest
    @MethodSource("refused")
    void whatTrlCannotRunIsRefusedByName(Case golden) {
        assertThatExceptionOfType(InvalidSpec.class)
                .isThrownBy(() -> TrainingSpec.read(golden.config()))
                .withMessageContaining("use_weighting weighs each pair by itself");
    }

    static List<JsonNode> paper() {
        return StreamSupport.stream(read("paper.json").get("cases").spliterator(), false)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("paper")
    void valueAndGradientAreThoseOfThePapersCode(JsonNode golden) {
        boolean ipo = golden.get("ipo").asBoolean();
        JsonNode inputs = read("paper.json").get("inputs");
        var probe = new LossProbe();
        for (int i = 0; i < inputs.get("policy_chosen_logps").size(); i++) {
            probe.add(1, 1, 1); // one token a side, so that IPO's mean over tokens is the paper's sum
            for (String side : List.of("chosen", "rejected")) {
                probe.policy.add(
                        (float) inputs.get("policy_" + side + "_logps").get(i).asDouble());
                probe.reference.add((float)
                        inputs.get("reference_" + side + "_logps").get(i).asDouble());
            }
        }
        LossProbe.Answer ours = probe.ask(TrainingSpec.read(Map.of(
                "loss_type", ipo ? "ipo" : "cdpo",
                "beta", golden.get("beta").asDouble(),
                "label_smoothing", golden.get("label_smoothing").asDouble(),
                "reference_free", golden.get("reference_free").asBoolean())));

        double value = golden.get("mean_loss").asDouble();
        assertThat(ours.loss()).isCloseTo(value, within(1e-6 * Math.max(1, Math.abs(value))));
        assertGradients(ours.gradients(), gradients(golden, "grad_policy_%s_logps"), 2e-6);
    }

    private static void assertGradients(float[] ours, List<Float> expected, double limit) {
        double largest = expected.stream().mapToDouble(Math::abs).max().orElseThrow();
        assertThat(ours).hasSize(expected.size());
        for (int t = 0; t < ours.length; t++) {
            assertThat((double) ours[t])
                    .as("gradient of prediction %d", t)
                    .isCloseTo(expected.get(t), within(limit * largest));
        }
    }

    /** Chosen and rejected of each pair in turn. */
    private static List<Float> gradients(JsonNode golden, String name) {
        var gradients = new ArrayList<Float>();
        JsonNode chosen = golden.get(name.formatted("chosen"));
        JsonNode rejected = golden.get(name.formatted("rejected"));
        for (int i = 0; i < chosen.size(); i++) {
            gradients.addAll(floats(chosen.get(i)));
            gradients.addAll(floats(rejected.get(i)));
        }
        return gradients;
    }

    private static List<Float> floats(JsonNode numbers) {
        return numbers.isArray()
                ? StreamSupport.stream(numbers.spliterator(), false)
                        .map(n -> (float) n.asDouble())
                        .toList()
                : List.of((float) numbers.asDouble());
    }

    private static int prompt(JsonNode mask) {
        int prompt = 0;
        while (mask.get(prompt).asInt() == 0) {
            prompt++;
        }
        return prompt;
    }

    private static int completion(JsonNode mask) {
        return StreamSupport.stream(mask.spliterator(), false)
                .mapToInt(JsonNode::asInt)
                .sum();
    }

    private static Stream<Case> cases() {
        return StreamSupport.stream(GOLDEN.get("cases").spliterator(), false).map(Case::new);
    }

    private static JsonNode read(String name) {
        try {
            return JSON.readTree(Files.readAllBytes(Path.of("src/test/resources/golden/losses", name)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
