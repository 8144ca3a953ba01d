package dev.tandem.training;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.TokenizedRow;
import java.util.List;

/**
 * Stops a run whose numbers cannot be right.
 *
 * @param initialLoss what the loss is while the policy is the reference; not a number where that is not known
 */
record LossAlarm(double initialLoss) {

    /** @param step steps done before this one */
    void check(MicroBatch batch, BatchResult result, int step) {
        List<Long> lines = BatchMetrics.badLines(batch, result);
        if (!lines.isEmpty() || !Float.isFinite(result.loss())) {
            List<Long> suspects = lines.isEmpty()
                    ? batch.rows().stream().map(TokenizedRow::line).toList()
                    : lines;
            throw new TrainingFailure(
                    FailureKind.DIVERGED,
                    "the loss is not a finite number at step %d, line %s of the dataset; look at that row, lower learning_rate, or check the model's weights for NaN"
                            .formatted(step + 1, suspects));
        }
    }

    /**
     * While the policy is the reference, the loss has a known value: an alarm that costs nothing.
     *
     * @param weight of a pair, in the mean
     */
    void checkFirst(double loss, double weight, int step) {
        double expected = initialLoss * weight;
        if (step == 0 && Math.abs(loss - expected) > 1e-3 * Math.max(1, Math.abs(expected))) {
            throw new TrainingFailure(
                    FailureKind.DIVERGED,
                    "the loss of the first step is %.6f where policy and reference are the same and it must be %.6f; the run stops, because its numbers cannot be right"
                            .formatted(loss, expected));
        }
    }
}
