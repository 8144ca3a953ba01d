package dev.tandem.training.loss;

import static dev.tandem.training.loss.Logistic.negLogSigmoid;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** Losses of the policy alone, as published. Smoothing by ε as in TRL's CPOTrainer. */
sealed interface ReferenceFreeLoss extends PreferenceLoss {

    /** SimPO, eq. 6 of arXiv:2405.14734: −log σ(β (mean logp_c − mean logp_r) − γ). */
    record Simpo(double beta, double gamma, double epsilon) implements ReferenceFreeLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray margin = pairs.chosen()
                    .meanLikelihood()
                    .sub(pairs.rejected().meanLikelihood())
                    .mul(pairs.scalar(beta));
            return Logistic.smoothed(margin.sub((float) gamma), epsilon);
        }
    }

    /** CPO, arXiv:2401.08417: DPO with a uniform reference, and {@code alpha} of likelihood. */
    record Cpo(double beta, double alpha, double epsilon) implements ReferenceFreeLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray margin = pairs.chosen().policy().sub(pairs.rejected().policy());
            return Logistic.smoothed(margin.mul(pairs.scalar(beta)), epsilon)
                    .add(new Likelihood().perPair(pairs).mul(pairs.scalar(alpha)));
        }

        @Override
        public boolean couplesPairs() {
            return true;
        }
    }

    /** ORPO, eqs. 6 and 7 of arXiv:2403.07691, whose λ is beta: likelihood, and the odds of the mean token. */
    record Orpo(double beta) implements ReferenceFreeLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray ratio = logOdds(pairs.chosen().meanLikelihood())
                    .sub(logOdds(pairs.rejected().meanLikelihood()));
            return new Likelihood().perPair(pairs).add(negLogSigmoid(ratio).mul(pairs.scalar(beta)));
        }

        @Override
        public boolean couplesPairs() {
            return true;
        }

        /** log(p / (1 − p)) of a log p below 0: with 1 − p = tanh(−log p / 2) (1 + p) nothing cancels. */
        private static NDArray logOdds(NDArray logp) {
            NDArray complement = logp.mul(Scalar.of(logp, -0.5)).tanh().log().add(Activation.softPlus(logp));
            return logp.sub(complement);
        }
    }
}
