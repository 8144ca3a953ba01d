package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tandem.training.loss.Divergence;
import dev.tandem.training.loss.Pairs;
import dev.tandem.training.loss.Side;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Adds the M predictions of a micro-batch up to its 2B sequences, differentiably. */
final class SequenceSums {

    private final MicroBatch batch;
    private final Objective.Predictions predictions;
    private final NDManager manager;

    SequenceSums(MicroBatch batch, Objective.Predictions predictions) {
        this.batch = batch;
        this.predictions = predictions;
        this.manager = predictions.policy().getManager();
    }

    Pairs pairs(Divergence divergence, @Nullable Double ldAlpha) {
        NDArray plain = matrix(null);
        NDArray matrix = ldAlpha == null ? plain : matrix(ldAlpha);
        NDArray likelihood = sums(plain, predictions.policy());
        NDArray policy = ldAlpha == null ? likelihood : sums(matrix, predictions.policy());
        NDArray reference =
                predictions.reference() == null ? policy.zerosLike() : sums(matrix, predictions.reference());
        NDArray scores = divergence.scores(policy.sub(reference));
        NDArray lengths = bySide(batch.lengths());
        NDArray predicted = bySide(batch.predictedLengths());
        return new Pairs(
                side(0, policy, reference, scores, likelihood, lengths, predicted),
                side(1, policy, reference, scores, likelihood, lengths, predicted));
    }

    /**
     * WPO's weight of each pair, without gradient: how likely the policy would write both answers itself, relative to
     * its own confidence; eq. 2 of arXiv:2406.11827. (B)
     */
    NDArray ownLikeliness() {
        NDArray logSumP2 = Objects.requireNonNull(predictions.logSumP2(), "log sum p^2");
        NDArray aligned = predictions.policy().stopGradient().sub(logSumP2); // (M)
        NDArray means =
                sums(matrix(null), aligned).div(bySide(batch.predictedLengths()).maximum(1)); // (B, 2)
        return means.sum(new int[] {1}).exp();
    }

    /** Numbers of the rows, beside the predictions. (B) */
    NDArray perRow(float[] numbers) {
        return manager.create(numbers);
    }

    private static Side side(int column, NDArray... perSequence) {
        NDArray[] of = new NDArray[perSequence.length];
        for (int i = 0; i < of.length; i++) {
            of[i] = perSequence[i].get(":, " + column);
        }
        return new Side(of[0], of[1], of[2], of[3], of[4], of[5]);
    }

    /** (2B, M) */
    private NDArray matrix(@Nullable Double ldAlpha) {
        return manager.create(batch.sums(ldAlpha), new Shape(batch.sequences(), batch.predictions()));
    }

    /** (B, 2): chosen, rejected. */
    private static NDArray sums(NDArray matrix, NDArray perToken) {
        return matrix.matMul(perToken.reshape(-1, 1)).reshape(-1, 2);
    }

    private NDArray bySide(float[] perSequence) {
        return manager.create(perSequence).reshape(-1, 2);
    }
}
