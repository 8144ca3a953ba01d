package dev.tandem.training.loss;

import ai.djl.ndarray.NDArray;

/** What a loss may know of the B pairs of a micro-batch. */
public record Pairs(Side chosen, Side rejected) {

    /** How much more the policy favours chosen over rejected than the reference does; the paper's h. (B) */
    NDArray delta() {
        return chosen.scores().sub(rejected.scores());
    }

    /** The same per token of each answer. (B) */
    NDArray meanDelta() {
        return chosen.meanScores().sub(rejected.meanScores());
    }

    /** A factor of what follows from them, see {@link Scalar}. */
    NDArray scalar(double value) {
        return Scalar.of(chosen.policy(), value);
    }
}
