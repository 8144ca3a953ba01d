package dev.tandem.training;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.transformer.CheckpointInspection;
import dev.tandem.transformer.LoraAdapter;
import java.util.List;
import java.util.Map;

/** What becomes of the dropout that a run's settings name. */
final class Dropouts {

    private Dropouts() {}

    /**
     * Tells of dropout that is asked for and turned off, as TRL turns it off.
     *
     * @throws TrainingFailure if dropout is asked for that this program cannot do
     */
    static void check(TrainingRun run, LoadedModels models, TrainingMonitor monitor) {
        LoraAdapter adapter = models.policy().model().adapter();
        double dropout = adapter == null ? 0 : adapter.config().dropout();
        if (run.spec().disableDropout()) {
            if (dropout > 0) {
                monitor.warned(
                        "lora_dropout = %s has no effect, because disable_dropout is true, as TRL has it; set training.disable_dropout to false to use it"
                                .formatted(dropout),
                        Map.of("lora_dropout", dropout));
            }
            return;
        }
        List<String> own = CheckpointInspection.dropouts(run.model());
        if (!own.isEmpty()) {
            throw new TrainingFailure(
                    FailureKind.INVALID_SPEC,
                    "disable_dropout = false is not supported for a model with dropout of its own: config.json has %s; set them to 0 there, or disable_dropout to true"
                            .formatted(String.join(", ", own)));
        }
    }

    /** The seed of one micro-batch's masks, a function of its place in the run, so that a resumed run draws the same. */
    static long seed(int runSeed, int step, int microBatch) {
        return (runSeed * 0x9E3779B97F4A7C15L + step) * 0xBF58476D1CE4E5B9L + microBatch;
    }
}
