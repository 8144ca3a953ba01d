package dev.tandem.worker;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.tandem.spec.AttemptOrder;
import dev.tandem.spec.DataSource;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Method;
import dev.tandem.spec.OnInvalid;
import dev.tandem.spec.RunIdentity;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.training.Outcome;
import dev.tandem.training.TrainingMonitor;
import dev.tandem.training.TrainingRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.LoggerFactory;

/** A scripted run of some steps, and the order and settings that go with it. */
final class WorkerScene {

    private WorkerScene() {}

    /** Steps of a millisecond, logged one by one, would bury what other tests say. */
    static void quiet() {
        ((Logger) LoggerFactory.getLogger("dev.tandem.worker")).setLevel(Level.ERROR);
    }

    static AttemptOrder order(Path folder) {
        return new AttemptOrder(
                "job_1",
                3,
                "my run",
                Method.DPO,
                TrainingSpec.DEFAULTS,
                null,
                folder.resolve("model").toString(),
                null,
                new DataSource(folder.resolve("data.jsonl").toString(), DatasetFormat.AUTO, OnInvalid.REJECT, 8),
                null,
                folder.resolve("checkpoints").toString(),
                folder.resolve("blobs").toString(),
                List.of(),
                folder.resolve("reference-logps").toString(),
                new AttemptOrder.Lineage("tiny-llama", "sha256:aa", "prefs", "sha256:bb"),
                new RunIdentity.Origins(
                        "sha256:aa",
                        null,
                        new RunIdentity.Rows("sha256:bb", DatasetFormat.AUTO, Map.of(), OnInvalid.REJECT),
                        null));
    }

    static WorkerSettings settings(ServerDouble server, Path folder) {
        return new WorkerSettings(
                server.uri(),
                ServerDouble.TOKEN,
                "job_1",
                3,
                folder.resolve("state"),
                Duration.ofMillis(50),
                Duration.ofSeconds(20),
                null);
    }

    /** Does something just before a step is measured. */
    @FunctionalInterface
    interface BeforeStep {

        void step(int step) throws Exception;
    }

    /** A run of {@code steps} steps that measures each one, and makes a checkpoint when it is paused. */
    static Training training(int steps, BeforeStep before) {
        return (run, monitor, output) -> {
            monitor.started(steps, 0, 8, 0, "cpu");
            for (int step = 1; step <= steps; step++) {
                call(before, step);
                call(some -> Thread.sleep(1), step);
                monitor.measured("train", step, Map.of("loss", 0.5, "rewards/accuracies", 0.75));
                Instruction told = monitor.proceed(step, steps, step / 8.0, 1.0);
                if (told != Instruction.CONTINUE) {
                    return stop(run, monitor, told, step);
                }
            }
            write(output.resolve("config.json"), "{}");
            return new Outcome.Finished(steps, "fine_tuned", Map.of("loss", 0.5, "eval_loss", Double.NaN));
        };
    }

    private static Outcome stop(TrainingRun run, TrainingMonitor monitor, Instruction told, int step) {
        if (told == Instruction.CANCEL) {
            return new Outcome.Stopped(told, step, null);
        }
        Path checkpoint = run.checkpoints().resolve(run.checkpointPrefix() + step);
        write(checkpoint.resolve("state"), "x");
        monitor.checkpointed(step, checkpoint, 1, null, Duration.ZERO);
        return new Outcome.Stopped(told, step, checkpoint);
    }

    private static void call(BeforeStep before, int step) {
        try {
            before.step(step);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("did not happen within 30 seconds");
            }
            Thread.sleep(5);
        }
    }
}
