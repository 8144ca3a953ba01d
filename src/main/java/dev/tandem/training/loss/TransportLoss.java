package dev.tandem.training.loss;

import ai.djl.ndarray.NDArray;

/**
 * Alignment by optimal transport, arXiv:2406.05882: distributions over a micro-batch are compared by their sorted
 * values, so the pairs of a micro-batch must be computed together. Both know no f-divergence.
 */
sealed interface TransportLoss extends PreferenceLoss {

    @Override
    default boolean couplesPairs() {
        return true;
    }

    /** Paired: the margins of the policy should lie above those of the reference. */
    record Aot(double beta, double epsilon) implements TransportLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray policy = pairs.chosen().policy().sub(pairs.rejected().policy());
            NDArray reference = pairs.chosen().reference().sub(pairs.rejected().reference());
            return Logistic.smoothed(policy.sort().sub(reference.sort()).mul(pairs.scalar(beta)), epsilon);
        }
    }

    /** Unpaired: the log-ratios of chosen answers should lie above those of rejected ones. */
    record AotUnpaired(double beta, double epsilon) implements TransportLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray chosen = pairs.chosen().logratios().sort();
            NDArray rejected = pairs.rejected().logratios().sort();
            return Logistic.smoothed(chosen.sub(rejected).mul(pairs.scalar(beta)), epsilon);
        }
    }
}
