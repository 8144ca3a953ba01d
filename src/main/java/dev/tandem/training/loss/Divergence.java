package dev.tandem.training.loss;

import ai.djl.ndarray.NDArray;
import dev.tandem.spec.FDivergence;

/**
 * What stands for the log-ratio d in the losses under an f-divergence: f'(u) at u = e^d up to a constant, table 1 of
 * arXiv:2309.16240.
 *
 * @param alpha of the α-divergence only
 */
public record Divergence(FDivergence type, double alpha) {

    /** Largest exponent in TRL, below which e^x is a finite fp32 number. */
    private static final float LARGEST_EXPONENT = 80;

    public NDArray scores(NDArray logratios) {
        return switch (type) {
            case REVERSE_KL -> logratios;
            case FORWARD_KL -> logratios.neg().exp().neg();
            case JS_DIVERGENCE -> Logistic.negLogSigmoid(logratios).neg();
            case ALPHA_DIVERGENCE -> ofAlpha(logratios);
        };
    }

    /** e^((α−1)d) / (α−1), which tends to d and a constant as α tends to 1. */
    private NDArray ofAlpha(NDArray logratios) {
        if (Math.abs(alpha - 1) < 1e-6) {
            return logratios;
        }
        return logratios
                .mul(Scalar.of(logratios, alpha - 1))
                .clip(-Float.MAX_VALUE, LARGEST_EXPONENT)
                .exp()
                .mul(Scalar.of(logratios, 1 / (alpha - 1)));
    }
}
