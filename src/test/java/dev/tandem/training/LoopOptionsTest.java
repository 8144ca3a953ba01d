package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.spec.InvalidSpec;
import dev.tandem.transformer.Safetensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Runs of TRL with other optimizers, schedules and orders, with early stopping and the best checkpoint as result: the
 * same numbers, and the same bits when a run is stopped again and again.
 */
class LoopOptionsTest {

    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path temporary;

    static Stream<String> runs() throws Exception {
        return golden().valueStream().map(run -> run.get("name").asString());
    }

    @ParameterizedTest
    @MethodSource("runs")
    void aRunHasTheNumbersOfTrlHoweverOftenItIsResumed(String name) throws Exception {
        JsonNode golden = golden().valueStream()
                .filter(run -> run.get("name").asString().equals(name))
                .findFirst()
                .orElseThrow();
        TinyRun run = tiny(golden.get("config"));
        var whole = new RecordedMetrics();
        var finished = (Outcome.Finished) train(run, "whole", null, whole);

        check(golden.get("log"), whole);
        checkBest(golden.get("best"), finished);
        checkWeights(golden, temporary.resolve("whole/out/model.safetensors"));
        var pieces = new RecordedMetrics();
        assertThat(untimed(resumedEvery(5, run, pieces).metrics())).isEqualTo(untimed(finished.metrics()));
        assertThat(temporary.resolve("pieces/out/model.safetensors"))
                .hasSameBinaryContentAs(temporary.resolve("whole/out/model.safetensors"));
        assertThat(pieces.train.keySet()).isEqualTo(whole.train.keySet());
        whole.train.forEach((step, metrics) ->
                assertThat(untimed(pieces.train.getOrDefault(step, Map.of()))).isEqualTo(untimed(metrics)));
        assertThat(pieces.eval).isEqualTo(whole.eval);
        assertThat(pieces.notes).isEqualTo(whole.notes);
    }

    @Test
    void aReferenceThatFollowsIsTheSameAfterAResumeBetweenTwoSteps() throws Exception {
        TinyRun run = TinyRun.of("sync-ref").with("max_steps", 11);
        train(run, "whole", null, new RecordedMetrics());
        resumedEvery(5, run, new RecordedMetrics());
        assertThat(temporary.resolve("pieces/out/model.safetensors"))
                .hasSameBinaryContentAs(temporary.resolve("whole/out/model.safetensors"));
    }

    @Test
    void aBestCheckpointThatIsGoneIsSaidAndDoesNotEndTheRun() throws Exception {
        TinyRun run = tiny(JSON.readTree("""
                {"per_device_train_batch_size": 4, "max_steps": 8, "learning_rate": 0.01, "eval_strategy": "steps",
                 "eval_steps": 2, "save_steps": 2, "load_best_model_at_end": true, "train_sampling_strategy": "sequential"}
                """));
        var monitor = new RecordedMetrics();
        monitor.pauseAfter = 7;
        var stopped = (Outcome.Stopped) train(run, "first", null, monitor);
        assertThat(monitor.waits).hasSameSizeAs(monitor.checkpoints).allMatch(Duration::isPositive);
        for (Path checkpoint : monitor.checkpoints) {
            if (!checkpoint.equals(stopped.checkpoint())) {
                deleteAll(checkpoint);
            }
        }
        monitor.pauseAfter = Integer.MAX_VALUE;
        Outcome outcome = train(run, "second", stopped.checkpoint(), monitor);

        assertThat(outcome).isInstanceOf(Outcome.Finished.class);
        assertThat(monitor.warnings).anyMatch(warning -> warning.contains("the best checkpoint so far"));
    }

    @Test
    void whatARunCannotHaveIsRefusedByName() {
        TinyRun lora = TinyRun.of("lora-llama").with("sync_ref_model", true);
        assertRefused(lora, "sync_ref_model must be off with an adapter");
        assertRefused(TinyRun.of("sigmoid-full").with("eval_strategy", "steps"), "eval_strategy needs evaluation data");
        TinyRun sft = TinyRun.of("odd-batches-and-eval").withMethod(dev.tandem.spec.Method.SFT);
        assertRefused(
                sft.with("metric_for_best_model", "rewards/margins"),
                "must be one of loss, entropy, mean_token_accuracy with method sft");
    }

    private void assertRefused(TinyRun run, String message) {
        assertThatExceptionOfType(InvalidSpec.class)
                .isThrownBy(() -> new Trainer(run.in(temporary, null), new RecordedMetrics()).train(temporary))
                .withMessageContaining(message);
    }

    /** Stops after every few steps and goes on in what could be another process. */
    private Outcome.Finished resumedEvery(int steps, TinyRun run, RecordedMetrics monitor) throws Exception {
        monitor.pauseAfter = steps;
        Path checkpoint = null;
        while (true) {
            Outcome outcome = train(run, "pieces", checkpoint, monitor);
            if (outcome instanceof Outcome.Finished finished) {
                return finished;
            }
            checkpoint = ((Outcome.Stopped) outcome).checkpoint();
            monitor.pauseAfter += steps;
        }
    }

    private Outcome train(TinyRun run, String name, @Nullable Path checkpoint, RecordedMetrics monitor)
            throws Exception {
        Path out = temporary.resolve(name).resolve("out");
        Files.createDirectories(out);
        return new Trainer(run.in(temporary.resolve(name), checkpoint), monitor).train(out);
    }

    private static Map<String, Double> untimed(Map<String, Double> metrics) {
        var numbers = new LinkedHashMap<>(metrics);
        numbers.keySet().removeIf(name -> name.endsWith("_second") || name.endsWith("_seconds"));
        return numbers;
    }

    private static void check(JsonNode log, RecordedMetrics ours) {
        for (JsonNode entry : log) {
            int step = entry.get("step").asInt();
            boolean eval = entry.has("eval_loss");
            Map<String, Double> measured = (eval ? ours.eval : ours.train).getOrDefault(step, Map.of());
            entry.properties().forEach(number -> {
                String key = number.getKey().replaceFirst("^eval_", "");
                double theirs = number.getValue().asDouble();
                double limit = key.equals("learning_rate") ? 1e-15 : 1e-4 * Math.max(1, Math.abs(theirs));
                if (!key.equals("step")) {
                    assertThat(measured.get(key))
                            .as("%s at step %d", number.getKey(), step)
                            .isNotNull()
                            .isCloseTo(theirs, within(limit));
                }
            });
        }
    }

    private static void checkBest(JsonNode best, Outcome.Finished finished) {
        if (best.get(0).isNull()) {
            assertThat(finished.metrics()).doesNotContainKey("best_metric");
            return;
        }
        assertThat(finished.metrics().get("best_metric")).isCloseTo(best.get(0).asDouble(), within(1e-4));
        assertThat(finished.metrics()).containsEntry("best_step", best.get(1).asDouble());
    }

    private static void checkWeights(JsonNode golden, Path weights) {
        Learner.begin();
        try (var manager = ai.djl.ndarray.NDManager.newBaseManager("PyTorch");
                var kernels = dev.tandem.transformer.Kernels.load(manager)) {
            Safetensors stored = Safetensors.ofFile(weights);
            float[] up = stored.fp32(kernels.in(manager), "model.layers.0.mlp.up_proj.weight", true)
                    .toFloatArray();
            for (int i = 0; i < 8; i++) {
                assertThat((double) up[i])
                        .isCloseTo(golden.get("up_first8").get(i).asDouble(), within(1e-4));
            }
        }
    }

    private static TinyRun tiny(JsonNode config) {
        @SuppressWarnings("unchecked")
        Map<String, Object> training =
                (Map<String, Object>) Objects.requireNonNull(JSON.convertValue(config, Map.class));
        TinyRun run = TinyRun.of("odd-batches-and-eval");
        return new TinyRun(run.golden(), run.model(), run.data(), new LinkedHashMap<>(training), run.method(), null);
    }

    private static JsonNode golden() throws Exception {
        return JSON.readTree(Files.readAllBytes(Path.of("src/test/resources/golden/training-loop/runs.json")));
    }

    private static void deleteAll(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(folder);
    }
}
