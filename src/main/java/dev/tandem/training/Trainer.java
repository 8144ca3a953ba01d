package dev.tandem.training;

import java.nio.file.Path;

/** Trains one model from start, or from a checkpoint, to the end. */
public final class Trainer {

    private final TrainingRun run;
    private final TrainingMonitor monitor;

    public Trainer(TrainingRun run, TrainingMonitor monitor) {
        this.run = run;
        this.monitor = monitor;
    }

    /**
     * Runs to the end or until the monitor stops it.
     *
     * @param output an empty folder for the result: a Hugging Face checkpoint or a PEFT adapter
     * @throws dev.tandem.spec.TrainingFailure if the run cannot go on
     */
    public Outcome train(Path output) {
        throw new IllegalStateException("stub " + run + monitor + output);
    }
}
