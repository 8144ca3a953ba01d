package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers that are computed again for their gradients teach what layers that are kept teach. */
class RecomputationTest {

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sigmoid-full",
                "grad-accum-4",
                "sigmoid-plus-sft",
                "lora-llama",
                "lora-gpt2",
                "routed-mixtral",
                "routed-qwen3_moe",
                "routed-mixtral-lora"
            })
    void aRunHasTheNumbersOfTrl(String name) throws Exception {
        TinyRun run = TinyRun.of(name);
        var kept = new RecordedMetrics();
        new Trainer(run.in(temporary, null), kept).train(folder("kept"));
        var again = new RecordedMetrics();

        new Trainer(run.with("gradient_checkpointing", true).in(temporary, null), again).train(folder("again"));

        run.golden().check(again.train, again.eval);
        kept.train.forEach((step, metrics) -> {
            double norm = metrics.getOrDefault("grad_norm", Double.NaN);
            assertThat(again.train.getOrDefault(step, Map.of()).get("grad_norm"))
                    .as("gradient norm of step %d", step)
                    .isCloseTo(norm, within(1e-4 * (1 + norm)));
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"sigmoid-full", "routed-mixtral", "lora-gpt2"})
    void everyParameterHasTheSameGradient(String name) {
        TrainingRun run = TinyRun.of(name).in(temporary, null);
        MicroBatch batch = MicroBatch.of(
                List.of(new TokenizedRow(1, new int[] {5, 6, 9}, new int[] {7, 9, 11}, new int[] {8, 4})), true);
        Map<String, float[]> kept = gradients(run, batch, false);

        Map<String, float[]> again = gradients(run, batch, true);

        assertThat(again.keySet()).isEqualTo(kept.keySet());
        kept.forEach((parameter, gradient) -> assertThat(again.get(parameter))
                .as(parameter)
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(gradient));
    }

    private static Map<String, float[]> gradients(TrainingRun run, MicroBatch batch, boolean recomputes) {
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager)) {
            LoadedModels models = LoadedModels.load(kernels.in(manager), run);
            var reference = new Reference.Live(models.reference().apply(kernels.in(manager)));
            PreferenceObjective objective = PreferenceObjective.of(run.spec());
            new Learner(models.policy(), reference, objective, 0.5, recomputes, kernels::in)
                    .learn(manager, batch, 1, 0);
            var gradients = new LinkedHashMap<String, float[]>();
            models.policy()
                    .gradients(manager)
                    .forEach((name, gradient) -> gradients.put(name, gradient.toFloatArray()));
            return gradients;
        }
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(temporary.resolve(name));
    }
}
