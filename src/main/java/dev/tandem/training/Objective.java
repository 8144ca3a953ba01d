package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a run minimises, as a function of per-token log-probabilities. */
sealed interface Objective {

    /**
     * @param logps of the policy, (M)
     * @param referenceLogps (M); null where the objective needs no reference
     * @param sums (sequences, M), adds predictions up to sequences
     * @return a scalar
     */
    NDArray loss(MicroBatch batch, NDArray logps, @Nullable NDArray referenceLogps, NDArray sums);

    /** Mean over pairs of a preference loss. */
    record Preference(PreferenceLoss loss) implements Objective {
        @Override
        public NDArray loss(MicroBatch batch, NDArray logps, @Nullable NDArray referenceLogps, NDArray sums) {
            NDList policy = sides(sums, logps);
            NDList reference = sides(sums, Objects.requireNonNull(referenceLogps, "reference log-probabilities"));
            return loss.perPair(new PairLogps(policy.get(0), policy.get(1), reference.get(0), reference.get(1)))
                    .mean();
        }

        /** Sequence sums, chosen and rejected apart: (B) each. */
        private static NDList sides(NDArray sums, NDArray logps) {
            NDArray sequences = sums.matMul(logps.reshape(-1, 1)).reshape(-1, 2); // (B, 2)
            return new NDList(sequences.get(":, 0"), sequences.get(":, 1"));
        }
    }

    /** Negative log-likelihood, summed over completion tokens; the weight makes a mean of it. */
    record Likelihood() implements Objective {
        @Override
        public NDArray loss(MicroBatch batch, NDArray logps, @Nullable NDArray referenceLogps, NDArray sums) {
            return logps.sum().neg();
        }
    }
}
