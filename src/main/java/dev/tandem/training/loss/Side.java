package dev.tandem.training.loss;

import ai.djl.ndarray.NDArray;

/**
 * The chosen or the rejected answers of B pairs; every array has shape (B). Words as in docs/glossary.md.
 *
 * @param policy log-probabilities under the policy, with {@code ld_alpha}'s weights if it is set
 * @param reference the same under the reference; 0 where there is none, so that every answer is equally likely to it
 * @param scores what the f-divergence makes of the log-ratios
 * @param likelihood log-probabilities under the policy, plain sums over tokens
 * @param lengths tokens of the answer
 * @param predicted tokens of the answer that have a predecessor, and so a log-probability
 */
public record Side(
        NDArray policy, NDArray reference, NDArray scores, NDArray likelihood, NDArray lengths, NDArray predicted) {

    /** d of the glossary. */
    NDArray logratios() {
        return policy.sub(reference);
    }

    /** Score per token of the answer. */
    NDArray meanScores() {
        return scores.div(lengths);
    }

    /** Log-probability per token under the policy. */
    NDArray meanLikelihood() {
        return likelihood.div(predicted.maximum(1));
    }
}
