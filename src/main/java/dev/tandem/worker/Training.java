package dev.tandem.worker;

import dev.tandem.training.Outcome;
import dev.tandem.training.TrainingMonitor;
import dev.tandem.training.TrainingRun;
import java.nio.file.Path;

/** The part of an attempt that trains; everything else in this room is about saying so. */
@FunctionalInterface
public interface Training {

    /** @param output an empty folder for the result */
    Outcome train(TrainingRun run, TrainingMonitor monitor, Path output);
}
