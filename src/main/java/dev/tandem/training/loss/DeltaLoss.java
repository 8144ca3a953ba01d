package dev.tandem.training.loss;

import static dev.tandem.training.loss.Logistic.negLogSigmoid;
import static dev.tandem.training.loss.Logistic.sigmoid;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Activation;

/** Losses of the difference between the two answers' scores, D; z is βD. */
sealed interface DeltaLoss extends PreferenceLoss {

    /** DPO, eq. 7 of arXiv:2305.18290: −log σ(βD). */
    record Sigmoid(double beta) implements DeltaLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            return negLogSigmoid(pairs.delta().mul(pairs.scalar(beta)));
        }
    }

    /** Conservative DPO, eq. 3 of ericmitchell.ai/cdpo.pdf: labels are wrong with probability ε. */
    record Conservative(double beta, double epsilon) implements DeltaLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            return Logistic.smoothed(pairs.delta().mul(pairs.scalar(beta)), epsilon);
        }
    }

    /** Robust DPO, arXiv:2403.00409: unbiased under wrong labels, and so not bounded below. */
    record Robust(double beta, double epsilon) implements DeltaLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray z = pairs.delta().mul(pairs.scalar(beta));
            return negLogSigmoid(z)
                    .mul(pairs.scalar(1 - epsilon))
                    .sub(negLogSigmoid(z.neg()).mul(pairs.scalar(epsilon)))
                    .div(pairs.scalar(1 - 2 * epsilon));
        }
    }

    /** SLiC's margin loss as normalised in arXiv:2309.06657: max(0, 1 − βD). */
    record Hinge(double beta) implements DeltaLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            return Activation.relu(pairs.delta().mul(pairs.scalar(-beta)).add(1));
        }
    }

    /** IPO, eq. 17 of arXiv:2310.12036, with TRL's scores per token: regress D onto 1/(2β), so that it stops growing. */
    record Ipo(double beta) implements DeltaLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            return pairs.meanDelta().sub((float) (1 / (2 * beta))).square();
        }
    }

    /** EXO for pairs, eq. 16 of arXiv:2402.00856: KL of (σ(z), σ(−z)) from (1 − ε, ε). */
    record ExoPair(double beta, double epsilon) implements DeltaLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray z = pairs.delta().mul(pairs.scalar(beta));
            NDArray toChosen = negLogSigmoid(z).neg().sub((float) Math.log1p(-epsilon));
            NDArray toRejected = negLogSigmoid(z.neg()).neg().sub((float) Math.log(epsilon));
            return sigmoid(z).mul(toChosen).add(sigmoid(z.neg()).mul(toRejected));
        }
    }

    /** DiscoPOP, eq. 5 of arXiv:2406.08414: m = σ(z/τ) blends −(1 − m) log σ(z) + m e^−z. */
    record Discopop(double beta, double tau) implements DeltaLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray z = pairs.delta().mul(pairs.scalar(beta));
            NDArray share = z.div(pairs.scalar(tau));
            // As one exponent: apart, m is 0 and e^−z infinite for a very negative z.
            NDArray exponential = negLogSigmoid(share).neg().sub(z).exp();
            return sigmoid(share.neg()).mul(negLogSigmoid(z)).add(exponential);
        }
    }

    /** Length-normalised DPO, arXiv:2411.15124 (Tülu 3): DPO on scores per token. */
    record SigmoidNorm(double beta) implements DeltaLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            return negLogSigmoid(pairs.meanDelta().mul(pairs.scalar(beta)));
        }
    }
}
