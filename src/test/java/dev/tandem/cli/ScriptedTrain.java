package dev.tandem.cli;

import dev.tandem.spec.Instruction;
import dev.tandem.training.Outcome;
import dev.tandem.training.TrainingMonitor;
import dev.tandem.training.TrainingRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** The {@code main} of a command line whose training goes on until it is interrupted. */
final class ScriptedTrain {

    private ScriptedTrain() {}

    public static void main(String[] args) {
        System.exit(Cli.commands(ScriptedTrain::train, false).execute(args));
    }

    private static Outcome train(TrainingRun run, TrainingMonitor monitor, Path output) {
        monitor.started(100_000, 0, 1, 0, "cpu");
        int step = 1;
        while (monitor.proceed(step, 100_000, 0, null) == Instruction.CONTINUE) {
            step++;
            monitor.measured("train", step, Map.of("loss", 0.5));
            try {
                Thread.sleep(1);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }
        Path checkpoint = run.checkpoints().resolve(run.checkpointPrefix());
        monitor.checkpointed(step, checkpoint, 1, null, Duration.ZERO);
        return new Outcome.Stopped(Instruction.PAUSE, step, checkpoint);
    }
}
