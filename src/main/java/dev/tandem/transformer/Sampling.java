package dev.tandem.transformer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * How to choose the next token. The options act in the order of Transformers' warpers: temperature, top-k, top-p.
 *
 * @param maxNewTokens after which a text ends even without an end token
 * @param temperature 0 for the likeliest token always; 1 for the model's own distribution
 * @param topK how many of the likeliest tokens may be chosen, and those that are as likely as the last of them; 0 for all
 * @param topP the likeliest tokens that together have this probability may be chosen (arXiv:1904.09751); 1 for all
 * @param seed the same seed gives the same texts
 */
public record Sampling(int maxNewTokens, double temperature, int topK, double topP, long seed) {

    public Sampling {
        require(maxNewTokens >= 1, "max_new_tokens must be at least 1, was %s", maxNewTokens);
        require(
                Double.isFinite(temperature) && temperature >= 0,
                "temperature must be 0 or greater, was %s",
                temperature);
        require(topK >= 0, "top_k must be at least 1, or 0 for all tokens, was %s", topK);
        require(topP > 0 && topP <= 1, "top_p must be greater than 0 and at most 1, was %s", topP);
    }

    /** The likeliest token always. */
    public static Sampling greedy(int maxNewTokens) {
        return new Sampling(maxNewTokens, 0, 0, 1, 0);
    }

    private static void require(boolean holds, String rule, Number value) {
        if (!holds) {
            throw new IllegalArgumentException(rule.formatted(value));
        }
    }

    /**
     * @param logits of one position
     * @param draw from [0, 1), which decides
     */
    int choose(float[] logits, double draw) {
        int likeliest = likeliest(logits);
        if (temperature == 0) {
            return likeliest;
        }
        double[] probabilities = probabilities(logits);
        double rest = draw;
        for (int id = 0; id < logits.length; id++) {
            rest -= probabilities[id];
            if (rest < 0) {
                return id;
            }
        }
        return likeliest; // rounding left a little of the draw over
    }

    /** Of each token to be chosen; the temperature must be above 0. */
    double[] probabilities(float[] logits) {
        double largest = logits[likeliest(logits)];
        double[] weights = new double[logits.length];
        for (int id = 0; id < logits.length; id++) {
            weights[id] = Math.exp((logits[id] - largest) / temperature); // none overflows
        }
        if (topK > 0 && topK < weights.length) {
            keepTop(weights);
        }
        if (topP < 1) {
            keepNucleus(weights);
        }
        return normalized(weights);
    }

    private void keepTop(double[] weights) {
        double[] sorted = weights.clone();
        Arrays.sort(sorted);
        double least = sorted[sorted.length - topK];
        for (int id = 0; id < weights.length; id++) {
            weights[id] = weights[id] < least ? 0 : weights[id];
        }
    }

    /** Tokens leave, least likely first, as long as those that left have no more than 1 - p together; one stays. */
    private void keepNucleus(double[] weights) {
        double total = Arrays.stream(weights).sum();
        int[] ascending = IntStream.range(0, weights.length)
                .boxed()
                .sorted(Comparator.comparingDouble(id -> weights[id]))
                .mapToInt(Integer::intValue)
                .toArray();
        double left = 0;
        for (int i = 0; i < ascending.length - 1; i++) {
            left += weights[ascending[i]] / total;
            if (left > 1 - topP) {
                return;
            }
            weights[ascending[i]] = 0;
        }
    }

    private static double[] normalized(double[] weights) {
        double total = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(weight -> weight / total).toArray();
    }

    private static int likeliest(float[] logits) {
        int likeliest = 0;
        for (int id = 1; id < logits.length; id++) {
            likeliest = logits[id] > logits[likeliest] ? id : likeliest;
        }
        return likeliest;
    }
}
