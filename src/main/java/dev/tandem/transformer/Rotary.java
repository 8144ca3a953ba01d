package dev.tandem.transformer;

/**
 * Rotary position embedding (RoPE, arXiv:2104.09864): at position p, feature pair i of a head turns by {@code p *
 * frequency[i]}. Frequencies are fp32 as in Transformers, whatever the model's dtype.
 *
 * @param features of each head that turn, from the first; the others stay as they are
 */
public record Rotary(int features, double theta, RopeScaling scaling) {

    /** Pairs that turn; an odd number of features is rounded up, as in Transformers. */
    int pairs() {
        return (features + 1) / 2;
    }

    /** Factor of sine and cosine. */
    double attentionFactor() {
        return scaling.attentionFactor();
    }

    /**
     * Angle of each position and feature pair, row by row: (positions.length, pairs).
     *
     * @param length of the longest sequence of the batch, which some scalings go by
     */
    float[] angles(int[] positions, int length) {
        float[] frequencies = scaling.frequencies(this, length);
        float[] angles = new float[positions.length * frequencies.length];
        for (int p = 0; p < positions.length; p++) {
            for (int i = 0; i < frequencies.length; i++) {
                angles[p * frequencies.length + i] = positions[p] * frequencies[i];
            }
        }
        return angles;
    }

    /** {@code base^(2i / features)} for each pair i, rounded to fp32 where PyTorch rounds. */
    float[] wavelengths(double base) {
        float[] powers = new float[pairs()];
        for (int i = 0; i < powers.length; i++) {
            powers[i] = (float) Math.pow((float) base, 2f * i / features);
        }
        return powers;
    }
}
