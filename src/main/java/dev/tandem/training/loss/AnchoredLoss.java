package dev.tandem.training.loss;

import static dev.tandem.training.loss.Logistic.negLogSigmoid;
import static dev.tandem.training.loss.Logistic.sigmoid;

import ai.djl.ndarray.NDArray;

/** Losses that move each answer against the reference by itself, so that the level of a score matters. */
sealed interface AnchoredLoss extends PreferenceLoss {

    /** NCA for pairs, arXiv:2402.05369. */
    record NcaPair(double beta) implements AnchoredLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray chosen = pairs.chosen().scores().mul(pairs.scalar(beta));
            NDArray rejected = pairs.rejected().scores().mul(pairs.scalar(beta));
            return negLogSigmoid(chosen)
                    .add(negLogSigmoid(chosen.neg()).mul(pairs.scalar(0.5)))
                    .add(negLogSigmoid(rejected.neg()).mul(pairs.scalar(0.5)));
        }
    }

    /** BCO, arXiv:2404.04656, with a reward shift of 0: a classifier of good and bad answers. */
    record BcoPair(double beta) implements AnchoredLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray chosen = pairs.chosen().scores().mul(pairs.scalar(beta));
            NDArray rejected = pairs.rejected().scores().mul(pairs.scalar(beta));
            return negLogSigmoid(chosen).add(negLogSigmoid(rejected.neg()));
        }
    }

    /** SPPO, eq. 4.7 of arXiv:2405.00675, with winning probabilities of 1 and 0. */
    record SppoHard(double beta) implements AnchoredLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            float target = (float) (1 / (2 * beta));
            NDArray winner = pairs.chosen().scores().sub(target).square();
            return winner.add(pairs.rejected().scores().add(target).square());
        }
    }

    /** APO-zero, eq. 7 of arXiv:2408.06266, which knows no f-divergence: chosen up, rejected down. */
    record ApoZero(double beta) implements AnchoredLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray chosen = pairs.chosen().logratios().mul(pairs.scalar(beta));
            NDArray rejected = pairs.rejected().logratios().mul(pairs.scalar(beta));
            return sigmoid(chosen.neg()).add(sigmoid(rejected));
        }
    }

    /** APO-down, eq. 8 of arXiv:2408.06266: chosen down, by TRL whatever the f-divergence, and rejected further. */
    record ApoDown(double beta) implements AnchoredLoss {
        @Override
        public NDArray perPair(Pairs pairs) {
            NDArray chosen = pairs.chosen().logratios().mul(pairs.scalar(beta));
            NDArray z = pairs.delta().mul(pairs.scalar(beta));
            return sigmoid(chosen).add(sigmoid(z.neg()));
        }
    }
}
