package dev.tandem.transformer;

/**
 * How to choose the next token.
 *
 * @param maxNewTokens after which a text ends even without an end token
 * @param temperature 0 for the likeliest token always; 1 for the model's own distribution
 * @param seed the same seed gives the same texts
 */
public record Sampling(int maxNewTokens, double temperature, long seed) {

    public Sampling {
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException("max_new_tokens must be at least 1, was " + maxNewTokens);
        }
        if (!Double.isFinite(temperature) || temperature < 0) {
            throw new IllegalArgumentException("temperature must be 0 or greater, was " + temperature);
        }
    }

    /**
     * @param logits of one position
     * @param draw from [0, 1), which decides
     */
    int choose(float[] logits, double draw) {
        int likeliest = 0;
        for (int id = 1; id < logits.length; id++) {
            likeliest = logits[id] > logits[likeliest] ? id : likeliest;
        }
        if (temperature == 0) {
            return likeliest;
        }
        double[] weights = new double[logits.length];
        double total = 0;
        for (int id = 0; id < logits.length; id++) {
            // By the largest logit, so that none overflows.
            weights[id] = Math.exp((logits[id] - logits[likeliest]) / temperature);
            total += weights[id];
        }
        double rest = draw * total;
        for (int id = 0; id < logits.length; id++) {
            rest -= weights[id];
            if (rest < 0) {
                return id;
            }
        }
        return likeliest; // rounding left a little of the draw over
    }
}
