package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.RunIdentity;
import dev.tandem.spec.TrainingFailure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that crashes again and again gives the bytes of one that was left alone. */
class CrashedRunTest {

    @TempDir
    Path temporary;

    /** What a killed process does next: nothing. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    /** Dies after a step, or when a checkpoint is on the disk and nobody was told of it yet. */
    private static final class Dying extends RecordedMetrics {

        private int afterStep = Integer.MAX_VALUE;
        private int untold = Integer.MAX_VALUE;
        private @Nullable Path known;

        @Override
        public Instruction proceed(int step, int totalSteps, double epoch, @Nullable Double etaSeconds) {
            if (step >= afterStep) {
                throw new Killed();
            }
            return super.proceed(step, totalSteps, epoch, etaSeconds);
        }

        @Override
        public void checkpointed(int step, Path folder, long sizeBytes, @Nullable Integer bestStep, Duration took) {
            if (step >= untold) {
                throw new Killed();
            }
            known = folder;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sigmoid-full",
                "lora-llama",
                "sync-ref",
                "grad-accum-4",
                "precompute-ref",
                "odd-batches-and-eval"
            })
    void theResultIsThatOfARunLeftAlone(String name) throws Exception {
        TinyRun run = TinyRun.of(name)
                .with("max_steps", 9)
                .with("save_strategy", "steps")
                .with("save_steps", 2);
        var leftAlone = new RecordedMetrics();
        Path whole = train(run, "whole", null, leftAlone);
        var random = new Random(name.hashCode());
        var monitor = new Dying();
        int crashes = 0;
        for (int from = 1; from < 9; from += 3) {
            boolean betweenSaveAndReport = random.nextBoolean();
            monitor.afterStep = betweenSaveAndReport ? Integer.MAX_VALUE : from + random.nextInt(3);
            monitor.untold = betweenSaveAndReport ? from + random.nextInt(2) : Integer.MAX_VALUE;
            try {
                train(run, "crashed", monitor.known, monitor);
            } catch (Killed e) {
                crashes++;
            }
        }
        monitor.afterStep = Integer.MAX_VALUE;
        monitor.untold = Integer.MAX_VALUE;
        Path resumed = train(run, "crashed", monitor.known, monitor);

        assertThat(crashes).isEqualTo(3);
        for (Path file : weights(whole)) {
            assertThat(resumed.resolve(file.getFileName())).hasSameBinaryContentAs(file);
        }
        assertThat(monitor.train.keySet()).containsExactlyElementsOf(leftAlone.train.keySet());
    }

    @Test
    void aCheckpointOfAnotherRunIsRefusedByName() throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full").with("max_steps", 6);
        var monitor = new RecordedMetrics();
        monitor.pauseAfter = 2;
        train(run, "first", null, monitor);
        Path checkpoint = monitor.checkpoints.getLast();

        assertRefused(run.with("beta", 0.25).in(temporary, checkpoint), "training.beta (0.1 there, 0.25 here)");
        var onModel = new RecordedMetrics();
        onModel.pauseAfter = 2;
        train(withOrigins(run.in(temporary.resolve("on-model"), null), "sha256:ab", null), "on-model", onModel);
        assertRefused(
                withOrigins(run.in(temporary, onModel.checkpoints.getLast()), "sha256:aa", null),
                "model (\"sha256:ab\" there, \"sha256:aa\" here)");
        assertRefused(
                TinyRun.of("grad-accum-4").with("max_steps", 6).in(temporary, checkpoint),
                "training.gradient_accumulation_steps");
    }

    @Test
    void aDamagedCheckpointIsPassedOverForTheOneBeforeIt() throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full").with("max_steps", 6).with("save_steps", 2);
        Path whole = train(run, "whole", null, new RecordedMetrics());
        var monitor = new RecordedMetrics();
        monitor.pauseAfter = 5;
        train(run, "first", null, monitor);
        List<Path> newestFirst = List.copyOf(monitor.checkpoints.reversed());
        Files.writeString(newestFirst.getFirst().resolve("optimizer.safetensors"), "gone");
        monitor.pauseAfter = Integer.MAX_VALUE;

        Path resumed =
                train(withOthers(run.in(temporary, newestFirst.get(0)), newestFirst.subList(1, 3)), "second", monitor);
        assertThat(monitor.warnings).anySatisfy(warning -> assertThat(warning).contains("is damaged"));
        assertThat(resumed.resolve("model.safetensors")).hasSameBinaryContentAs(whole.resolve("model.safetensors"));

        Path anew = train(withOthers(run.in(temporary, newestFirst.get(0)), List.of()), "third", monitor);
        assertThat(anew.resolve("model.safetensors")).hasSameBinaryContentAs(whole.resolve("model.safetensors"));
        assertThatExceptionOfType(TrainingFailure.class)
                .isThrownBy(() -> train(run, "fourth", newestFirst.get(0), monitor))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.STORAGE));
    }

    private void assertRefused(TrainingRun run, String difference) {
        assertThatExceptionOfType(TrainingFailure.class)
                .isThrownBy(() -> new Trainer(run, new RecordedMetrics()).train(temporary))
                .withMessageContaining("is of another run")
                .withMessageContaining(difference)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.INVALID_SPEC));
    }

    private static TrainingRun withOthers(TrainingRun run, List<Path> earlier) {
        return changed(run, earlier, null);
    }

    private static TrainingRun withOrigins(TrainingRun run, String model, @Nullable List<Path> earlier) {
        var rows = new RunIdentity.Rows(
                "sha256:bb", run.data().format(), Map.of(), run.data().onInvalid());
        return changed(run, earlier, new RunIdentity.Origins(model, null, rows, null));
    }

    private static TrainingRun changed(
            TrainingRun run, @Nullable List<Path> earlier, RunIdentity.@Nullable Origins origins) {
        return new TrainingRun(
                run.method(),
                run.spec(),
                run.lora(),
                run.model(),
                run.modelName(),
                run.adapter(),
                run.data(),
                run.evalData(),
                run.checkpoints(),
                run.checkpointPrefix(),
                run.resumeFrom(),
                earlier,
                origins,
                null,
                null);
    }

    private Path train(TinyRun run, String name, @Nullable Path checkpoint, RecordedMetrics monitor) throws Exception {
        return train(run.in(temporary.resolve(name), checkpoint), name, monitor);
    }

    private Path train(TrainingRun run, String name, RecordedMetrics monitor) throws Exception {
        Path out = Files.createDirectories(temporary.resolve(name).resolve("out"));
        new Trainer(run, monitor).train(out);
        return out;
    }

    private static List<Path> weights(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(file -> file.toString().endsWith(".safetensors"))
                    .toList();
            return Objects.requireNonNull(found.isEmpty() ? null : found);
        }
    }
}
