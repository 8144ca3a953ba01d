package dev.tandem.worker;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.training.Outcome;
import dev.tandem.training.TrainingMonitor;
import dev.tandem.training.TrainingRun;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A real worker whose training follows the first prompt of its data, as in {@code steps=20 millis=50 save=5 crash=7}.
 * {@code crash} ends the process at that step of the first attempt, {@code always-crash} of every one; {@code deaf}
 * hears no instruction; {@code fail} gives up for good. The result is the model as it was.
 */
final class ScriptedJob {

    private ScriptedJob() {}

    public static void main(String[] args) {
        PlainLog.to("System.out", "INFO");
        var worker = new Worker(WorkerSettings.from(System.getenv()), ScriptedJob::train);
        System.exit(new LastRites(worker.standing()).call(worker::run));
    }

    private static Outcome train(TrainingRun run, TrainingMonitor monitor, Path output) {
        try {
            return follow(script(run), run, monitor, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Outcome follow(Map<String, Integer> script, TrainingRun run, TrainingMonitor monitor, Path output)
            throws IOException, InterruptedException {
        int steps = script.getOrDefault("steps", 5);
        int from = run.resumeFrom() == null
                ? 0
                : Integer.parseInt(Files.readString(run.resumeFrom().resolve("step")));
        boolean first = run.checkpointPrefix().equals("attempt-1-");
        monitor.started(steps, from, 1, 0, "cpu");
        if (script.containsKey("fail")) {
            throw new TrainingFailure(FailureKind.DIVERGED, "the loss is NaN at row 1");
        }
        for (int step = from + 1; step <= steps; step++) {
            Thread.sleep(script.getOrDefault("millis", 10));
            monitor.measured("train", step, Map.of("loss", 1.0 / step, "epoch", (double) step / steps));
            boolean dies = first && step == script.getOrDefault("crash", -1)
                    || step == script.getOrDefault("always-crash", -1);
            if (dies) {
                Thread.sleep(300); // lets what was measured be delivered
                Runtime.getRuntime().halt(1);
            }
            if (step % script.getOrDefault("save", 1000) == 0) {
                checkpoint(run, monitor, step);
            }
            Instruction told = monitor.proceed(step, steps, (double) step / steps, 1.0);
            if (told != Instruction.CONTINUE && !script.containsKey("deaf")) {
                Path folder = told == Instruction.PAUSE ? checkpoint(run, monitor, step) : null;
                return new Outcome.Stopped(told, step, folder);
            }
        }
        try (Stream<Path> files = Files.list(run.model())) {
            for (Path file : files.toList()) {
                Files.copy(file, output.resolve(file.getFileName()));
            }
        }
        return new Outcome.Finished(steps, "fine_tuned", Map.of("loss", 1.0 / steps, "best_step", (double) steps));
    }

    private static Path checkpoint(TrainingRun run, TrainingMonitor monitor, int step) throws IOException {
        Path folder = run.checkpoints().resolve("%sstep-%d".formatted(run.checkpointPrefix(), step));
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("step"), String.valueOf(step));
        monitor.checkpointed(step, folder, 1, null, Duration.ZERO);
        return folder;
    }

    private static Map<String, Integer> script(TrainingRun run) throws IOException {
        String row = Files.readString(Path.of(run.data().path()));
        String prompt = row.replaceAll("(?s).*\"prompt\":\"([^\"]*)\".*", "$1");
        var script = new HashMap<String, Integer>();
        for (String entry : List.of(prompt.split(" "))) {
            String[] parts = entry.split("=");
            script.put(parts[0], parts.length > 1 ? Integer.parseInt(parts[1]) : 1);
        }
        return script;
    }
}
