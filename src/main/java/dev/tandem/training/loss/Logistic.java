package dev.tandem.training.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** The logistic function σ, in forms that neither overflow nor lose the small values. */
final class Logistic {

    private Logistic() {}

    static NDArray sigmoid(NDArray x) {
        return Activation.sigmoid(x);
    }

    /** −log σ(x), as softplus(−x). */
    static NDArray negLogSigmoid(NDArray x) {
        return Activation.softPlus(x.neg());
    }

    /** −(1−ε) log σ(x) − ε log σ(−x): cross-entropy with a label that is wrong with probability ε. */
    static NDArray smoothed(NDArray x, double epsilon) {
        return negLogSigmoid(x)
                .mul(Scalar.of(x, 1 - epsilon))
                .add(negLogSigmoid(x.neg()).mul(Scalar.of(x, epsilon)));
    }
}
