package dev.tandem.training;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a declared micro-batch gave. Arrays have one number for each prediction.
 *
 * @param loss times the micro-batch's weight, the routers' share included
 * @param auxLoss the routers' auxiliary loss as it is; null without routers or without that loss
 */
record BatchResult(float loss, @Nullable Float auxLoss, Told told) {

    /** Of parts of one micro-batch, whose losses add up to the whole one. */
    static BatchResult joined(List<BatchResult> parts) {
        double loss = parts.stream().mapToDouble(BatchResult::loss).sum();
        return new BatchResult(
                (float) loss,
                null,
                Told.joined(parts.stream().map(BatchResult::told).toList()));
    }

    float[] logps() {
        return told.rows()[0];
    }

    float[] entropies() {
        return told.rows()[1];
    }

    /** 1 where the target was the likeliest token. */
    float[] hits() {
        return told.rows()[2];
    }

    /** Means of the logits over the vocabulary. */
    float[] meanLogits() {
        return told.rows()[3];
    }

    float @Nullable [] referenceLogps() {
        return told.reference();
    }

    /**
     * While nothing has moved, the policy is the reference and no answer has a reward: what rounding leaves of the
     * difference is not one.
     */
    BatchResult withoutRewards() {
        return referenceLogps() == null ? this : new BatchResult(loss, auxLoss, told.against(logps()));
    }
}
