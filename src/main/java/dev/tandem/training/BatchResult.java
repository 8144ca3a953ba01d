package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * What a micro-batch gave, copied out of native memory. Arrays have one number for each prediction.
 *
 * @param loss times the micro-batch's weight, the routers' share included
 * @param auxLoss the routers' auxiliary loss as it is; null without routers or without that loss
 * @param hits 1 where the target was the likeliest token
 * @param referenceRows rows that ran through the reference, the others were known
 * @param meanLogits mean of the logits over the vocabulary
 */
record BatchResult(
        float loss,
        @Nullable Float auxLoss,
        float[] logps,
        float[] entropies,
        float[] hits,
        float[] meanLogits,
        float @Nullable [] referenceLogps,
        int referenceRows) {

    /**
     * While nothing has moved, the policy is the reference and no answer has a reward: what rounding leaves of the
     * difference is not one.
     */
    BatchResult withoutRewards() {
        return referenceLogps == null
                ? this
                : new BatchResult(loss, auxLoss, logps, entropies, hits, meanLogits, logps, referenceRows);
    }

    /** @param rows (4, M), as {@link dev.tandem.transformer.LmHead.Statistics} has them */
    static BatchResult of(NDArray loss, @Nullable NDArray auxLoss, NDArray rows, Reference.Numbers given) {
        return new BatchResult(
                loss.getFloat(),
                auxLoss == null ? null : Float.valueOf(auxLoss.getFloat()),
                rows.get(0).toFloatArray(),
                rows.get(1).toFloatArray(),
                rows.get(2).toFloatArray(),
                rows.get(3).toFloatArray(),
                given.logps() == null ? null : given.logps().toFloatArray(),
                given.rowsRun());
    }
}
