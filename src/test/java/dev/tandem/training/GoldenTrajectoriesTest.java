package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.Method;
import dev.tandem.spec.OnInvalid;
import dev.tandem.spec.TrainingSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every number that TRL logged in its own runs, and the same numbers when our run is stopped halfway and resumed. */
class GoldenTrajectoriesTest {

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sigmoid-full",
                "sync-ref",
                "grad-accum-4",
                "cosine-warmup-clip-decay",
                "conversational",
                "lora-llama",
                "lora-gpt2",
                "odd-batches-and-eval",
                "truncation",
                "precompute-ref",
                "lora-all-linear",
                "routed-mixtral",
                "routed-qwen3_moe",
                "routed-mixtral-lora",
                "ipo-full",
                "robust",
                "sigmoid-plus-sft"
            })
    void everyStepHasTheNumbersOfTrl(String name) throws Exception {
        GoldenTrajectory golden = GoldenTrajectory.read(name);
        var whole = new RecordedMetrics();
        Outcome outcome = new Trainer(run(golden, null), whole).train(folder("whole"));
        golden.check(whole.train, whole.eval);

        var halved = new RecordedMetrics();
        halved.pauseAfter = 11;
        Outcome paused = new Trainer(run(golden, null), halved).train(folder("first"));
        Path checkpoint = ((Outcome.Stopped) paused).checkpoint();
        halved.pauseAfter = Integer.MAX_VALUE;
        Outcome resumed = new Trainer(run(golden, checkpoint), halved).train(folder("second"));
        golden.check(halved.train, halved.eval);
        assertThat(((Outcome.Finished) resumed).step()).isEqualTo(((Outcome.Finished) outcome).step());
        String weights = golden.hasAdapter() ? "adapter_model.safetensors" : "model.safetensors";
        assertThat(temporary.resolve("second").resolve(weights))
                .hasSameBinaryContentAs(temporary.resolve("whole").resolve(weights));
    }

    private TrainingRun run(GoldenTrajectory golden, @Nullable Path resumeFrom) {
        Path evalData = golden.folder().resolve("eval_dataset.jsonl");
        return new TrainingRun(
                Method.DPO,
                TrainingSpec.read(golden.training()),
                null,
                golden.model(),
                "base",
                golden.hasAdapter() ? golden.folder().resolve("adapter_init") : null,
                source(golden.folder().resolve("dataset.jsonl")),
                Files.exists(evalData) ? source(evalData) : null,
                temporary.resolve("checkpoints"),
                "1-",
                resumeFrom,
                null);
    }

    private static DataSource source(Path file) {
        return new DataSource(file.toString(), DatasetFormat.AUTO, OnInvalid.REJECT, -1);
    }

    private Path folder(String name) throws Exception {
        return Files.createDirectories(temporary.resolve(name));
    }
}
