package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** What a run minimises, as a function of per-token log-probabilities. */
sealed interface Objective permits PreferenceObjective, Objective.Likelihood {

    /**
     * What is known of the M predictions of a micro-batch, (M) each.
     *
     * @param policy log-probabilities; the leaf that gradients go to
     * @param reference null where there is no reference
     * @param logSumP2 log sum_v p_v^2 under the policy; null unless {@link #needsLogSumP2}
     */
    record Predictions(
            NDArray policy,
            @Nullable NDArray reference,
            @Nullable NDArray logSumP2) {

        Predictions slice(int from, int to) {
            return from == 0 && to == policy.size()
                    ? this
                    : new Predictions(
                            slice(policy, from, to), sliceOf(reference, from, to), sliceOf(logSumP2, from, to));
        }

        private static @Nullable NDArray sliceOf(@Nullable NDArray array, int from, int to) {
            return array == null ? null : slice(array, from, to);
        }

        private static NDArray slice(NDArray array, int from, int to) {
            return array.get(from + ":" + to);
        }
    }

    /** @return a scalar */
    NDArray loss(MicroBatch batch, Predictions predictions);

    /**
     * What the loss of some rows of a micro-batch, computed from them alone, counts in the loss of all; not a number where
     * the rows are coupled, so that no part can be computed alone.
     */
    double share(int rows, int ofRows);

    default boolean needsLogSumP2() {
        return false;
    }

    /** What the loss is while the policy still is the reference, if that does not depend on the data. */
    default OptionalDouble initialValue(NDManager manager) {
        return OptionalDouble.empty();
    }

    /** Negative log-likelihood, summed over completion tokens, each as often as its row counts; a factor makes a mean of it. */
    record Likelihood() implements Objective {
        @Override
        public NDArray loss(MicroBatch batch, Predictions predictions) {
            NDArray logps = predictions.policy(); // (M)
            float[] weights = batch.predictionWeights();
            NDArray counted =
                    weights == null ? logps : logps.mul(logps.getManager().create(weights));
            return counted.sum().neg();
        }

        @Override
        public double share(int rows, int ofRows) {
            return 1;
        }
    }
}
