package dev.tandem.scoring;

import dev.tandem.models.RegisteredModel;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.TrainingSpec;
import org.jspecify.annotations.Nullable;

/**
 * A model and what it came from.
 *
 * @param base of an adapter; null for a whole checkpoint
 * @param reference null to compare with nothing
 * @param training how the job that made the model trained it; null if no job did
 */
record Pedigree(
        RegisteredModel model,
        @Nullable RegisteredModel base,
        @Nullable Reference reference,
        String referenceReason,
        @Nullable TrainingSpec training) {

    private static final double USUAL_BETA = 0.1;

    /** @param adapter on top of the checkpoint; null for the checkpoint alone */
    record Reference(RegisteredModel checkpoint, @Nullable RegisteredModel adapter) {}

    double beta(@Nullable Double asked) {
        return asked != null ? asked : training == null ? USUAL_BETA : training.beta();
    }

    String betaReason(@Nullable Double asked) {
        return asked != null
                ? "as asked for"
                : training == null ? "the usual one: no job here trained the model" : "that of job " + model.job();
    }

    PromptBoundary promptBoundary(@Nullable PromptBoundary asked) {
        return asked != null ? asked : training == null ? PromptBoundary.TRL : training.promptBoundary();
    }
}
