package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;
import dev.tandem.spec.TrainingSpec;

/** What a preference run minimises. Each case cites its equation and gives one loss per pair, shape (B). */
sealed interface PreferenceLoss {

    NDArray perPair(PairLogps logps);

    /** What the loss is while the policy still is the reference. */
    double initialValue();

    static PreferenceLoss of(TrainingSpec spec) {
        return switch (spec.lossType().getFirst()) {
            case SIGMOID -> new Sigmoid(spec.beta());
        };
    }

    /** DPO, eq. 7 of arXiv:2305.18290. */
    record Sigmoid(double beta) implements PreferenceLoss {

        @Override
        public NDArray perPair(PairLogps logps) {
            return negLogSigmoid(logps.delta().mul((float) beta));
        }

        @Override
        public double initialValue() {
            return Math.log(2);
        }
    }

    /** −log σ(x) as softplus(−x), which does not underflow for very negative x. */
    private static NDArray negLogSigmoid(NDArray x) {
        return Activation.softPlus(x.neg());
    }
}
