package dev.tandem.training.loss;

import ai.djl.ndarray.NDArray;

/**
 * Supervised fine-tuning on the chosen answers: negative log-likelihood per token of the micro-batch. A pair's number is
 * its part of it, such that the mean over pairs is that mean over tokens.
 */
record Likelihood() implements PreferenceLoss {

    @Override
    public NDArray perPair(Pairs pairs) {
        NDArray tokens = pairs.chosen().predicted();
        float perToken = tokens.size() / Math.max(1, tokens.sum().getFloat());
        return pairs.chosen().likelihood().mul(pairs.scalar(-perToken));
    }

    @Override
    public boolean couplesPairs() {
        return true;
    }
}
