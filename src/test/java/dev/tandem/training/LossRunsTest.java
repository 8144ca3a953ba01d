package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Kernels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Every loss and option in a real run. {@code golden/losses/runs.json} has the first four steps of 43 runs of TRL 1.13
 * (DPOTrainer, CPOTrainer, ORPOTrainer) on the rows of {@code sigmoid-full}; its ORPO without the prompt's likelihood.
 */
class LossRunsTest {

    private static final int STEPS = 4;

    @TempDir
    Path temporary;

    record Golden(String name, JsonNode run) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Golden> runs() throws Exception {
        Path file = Path.of("src/test/resources/golden/losses/runs.json");
        return new JsonMapper()
                .readTree(Files.readAllBytes(file)).properties().stream()
                        .map(run -> new Golden(run.getKey(), run.getValue()));
    }

    @ParameterizedTest
    @MethodSource("runs")
    void theFirstStepsHaveTheNumbersOfTrl(Golden golden) throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full");
        for (Map.Entry<String, JsonNode> field : golden.run.get("config").properties()) {
            run = run.with(field.getKey(), new JsonMapper().convertValue(field.getValue(), Object.class));
        }
        RecordedMetrics metrics = train(run, STEPS);

        for (int step = 1; step <= STEPS; step++) {
            Map<String, Double> ours = metrics.train.getOrDefault(step, Map.of());
            for (Map.Entry<String, JsonNode> number :
                    golden.run.get("log").get(step - 1).properties()) {
                double expected = number.getValue().asDouble();
                double limit = 5e-4 * Math.max(1, Math.abs(expected)); // discopop's tau magnifies rounding
                assertThat(ours.getOrDefault(number.getKey(), Double.NaN))
                        .as("%s of step %d", number.getKey(), step)
                        .isCloseTo(expected, within(limit));
            }
        }
    }

    @Test
    void anOptionThatChangesNothingIsToldByName() throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full");
        assertThat(train(run.with("label_smoothing", 0.1), 1).warnings)
                .contains(
                        "label_smoothing has no effect on sigmoid; loss_type cdpo is sigmoid with label smoothing {field=label_smoothing}");
        assertThat(train(run, 1).warnings).noneMatch(warning -> warning.contains("no effect"));
    }

    @Test
    void twoEqualAnswersTeachNothing() {
        TrainingRun run = TinyRun.of("sigmoid-full").in(temporary, null);
        int[] answer = {7, 9, 11};
        MicroBatch batch = MicroBatch.of(List.of(new TokenizedRow(1, new int[] {5, 6}, answer, answer)), true);
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                NDManager scratch = manager.newSubManager();
                Kernels kernels = Kernels.load(manager)) {
            LoadedModels models = LoadedModels.load(kernels.in(manager), run);
            var objective = PreferenceObjective.of(run.spec());
            var learner = new Learner(
                    models.policy(),
                    new Reference.Live(models.reference().apply(kernels.in(manager))),
                    objective,
                    0,
                    false,
                    kernels::in);

            assertThat((double) learner.learn(scratch, batch, 1, 0).loss()).isCloseTo(Math.log(2), within(1e-6));
            models.policy()
                    .gradients(scratch)
                    .forEach((name, gradient) ->
                            assertThat(gradient.abs().max().getFloat()).as(name).isLessThan(1e-5f));
        }
    }

    @Test
    void aLossWithoutReferenceHasNoDistanceFromOne() throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full");
        assertThat(train(run, 1).train.get(1)).containsKey("kl");
        assertThat(train(run.with("reference_free", true), 1).train.get(1)).doesNotContainKey("kl");
        assertThat(train(run.with("loss_type", "simpo"), 1).train.get(1)).doesNotContainKey("kl");
    }

    private RecordedMetrics train(TinyRun run, int steps) throws Exception {
        var metrics = new RecordedMetrics();
        metrics.pauseAfter = steps;
        Path folder = Files.createTempDirectory(temporary, "run");
        var unused = new Trainer(run.in(folder, null), metrics).train(Files.createDirectories(folder.resolve("out")));
        return metrics;
    }
}
