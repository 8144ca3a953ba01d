package dev.tandem.training;

import dev.tandem.spec.Instruction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Hears what a run does and may stop it. Called on the training thread, so an answer must come at once. */
public interface TrainingMonitor {

    /**
     * Data is tokenized, the model is loaded, the first step begins.
     *
     * @param fromStep steps done before, when resumed
     * @param device as in {@code cpu} or {@code gpu(0)}
     */
    void started(int totalSteps, int fromStep, int rows, int droppedRows, String device);

    /** Something the user should know, as a dropped row. */
    void warned(String message, Map<String, Object> data);

    /** @param split {@code train} or {@code eval} */
    void measured(String split, int step, Map<String, Double> metrics);

    /** What the run decided for itself, as to stop early. */
    void noted(String message, Map<String, Object> data);

    /**
     * The checkpoint in {@code folder} is complete and durable.
     *
     * @param bestStep step of the checkpoint that may become the result and must be kept; null if there is none
     * @param took from the decision to save until it was durable, time in which nothing was trained
     */
    void checkpointed(int step, Path folder, long sizeBytes, @Nullable Integer bestStep, Duration took);

    /**
     * Asked after every optimizer step and every evaluation batch.
     *
     * @param etaSeconds null until it can be told
     */
    Instruction proceed(int step, int totalSteps, double epoch, @Nullable Double etaSeconds);
}
