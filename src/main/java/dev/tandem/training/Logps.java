package dev.tandem.training;

import org.jspecify.annotations.Nullable;

/**
 * Log-probabilities of one completion's tokens, in nats.
 *
 * @param policy under the model
 * @param reference under its reference; null without one
 */
public record Logps(float[] policy, float @Nullable [] reference) {

    /** log p(completion | prompt) under the model. */
    public double sum() {
        return sum(policy);
    }

    /** The same under the reference; null without one. */
    public @Nullable Double referenceSum() {
        return reference == null ? null : sum(reference);
    }

    /**
     * The implicit reward of arXiv:2305.18290, {@code beta * (log p - log p_ref)}, up to a term of the prompt alone.
     *
     * @return null without a reference
     */
    public @Nullable Double reward(double beta) {
        return reference == null ? null : beta * (sum() - sum(reference));
    }

    private static double sum(float[] logps) {
        double sum = 0;
        for (float logp : logps) {
            sum += logp;
        }
        return sum;
    }
}
