package dev.tandem.training;

import dev.tandem.spec.Instruction;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a run ended; a failure is an exception instead. */
public sealed interface Outcome {

    /**
     * All steps are done and the output folder is complete.
     *
     * @param kind {@code fine_tuned} or {@code adapter}
     * @param metrics the last of each metric, evaluation metrics prefixed {@code eval_}
     */
    record Finished(int step, String kind, Map<String, Double> metrics) implements Outcome {}

    /** The monitor asked for it; a paused run has a checkpoint. */
    record Stopped(
            Instruction instruction, int step, @Nullable Path checkpoint) implements Outcome {}
}
