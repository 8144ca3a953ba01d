package dev.tandem.transformer;

import java.util.List;

/** How rotary frequencies are changed for contexts longer than the model was first trained on. */
public sealed interface RopeScaling {

    /** One for each feature pair, in fp32. */
    float[] frequencies(Rotary rotary, int length);

    /** Whether the frequencies change with the length of the longest sequence of a batch. */
    default boolean goesByLength() {
        return false;
    }

    default double attentionFactor() {
        return 1;
    }

    /** {@code theta^(-2i / features)}. */
    record None() implements RopeScaling {
        @Override
        public float[] frequencies(Rotary rotary, int length) {
            return inverse(rotary.wavelengths(rotary.theta()), 1);
        }
    }

    /** Position interpolation (arXiv:2306.15595): every frequency divided by the factor. */
    record Linear(double factor) implements RopeScaling {
        @Override
        public float[] frequencies(Rotary rotary, int length) {
            float[] frequencies = inverse(rotary.wavelengths(rotary.theta()), 1);
            for (int i = 0; i < frequencies.length; i++) {
                frequencies[i] /= (float) factor;
            }
            return frequencies;
        }
    }

    /**
     * NTK-aware scaling: past the context length the base grows with the length. As in Transformers the length is that of
     * the longest sequence of a batch, so a batch that holds a longer one turns all of its sequences by other angles.
     */
    record Dynamic(double factor, int contextLength) implements RopeScaling {
        @Override
        public boolean goesByLength() {
            return true;
        }

        @Override
        public float[] frequencies(Rotary rotary, int length) {
            double ratio = (double) Math.max(length, contextLength) / contextLength;
            double power = rotary.features() / (rotary.features() - 2.0);
            return inverse(rotary.wavelengths(rotary.theta() * Math.pow(factor * ratio - (factor - 1), power)), 1);
        }
    }

    /** Llama 3.1's: low frequencies are divided by the factor, high ones kept, those between blended. */
    record Llama3(double factor, double low, double high, double original) implements RopeScaling {
        @Override
        public float[] frequencies(Rotary rotary, int length) {
            float[] frequencies = inverse(rotary.wavelengths(rotary.theta()), 1);
            for (int i = 0; i < frequencies.length; i++) {
                double wavelength = 2 * Math.PI / frequencies[i];
                double blend = Math.clamp((original / wavelength - low) / (high - low), 0, 1);
                frequencies[i] = (float) ((1 - blend) * frequencies[i] / factor + blend * frequencies[i]);
            }
            return frequencies;
        }
    }

    /**
     * YaRN (arXiv:2309.00071): pairs before {@code low} keep their frequency, those after {@code high} are divided by the
     * factor, with a ramp between.
     *
     * @param low first pair of the ramp
     * @param high last pair of the ramp
     */
    record Yarn(double factor, double low, double high, double attentionFactor) implements RopeScaling {
        @Override
        public float[] frequencies(Rotary rotary, int length) {
            float[] wavelengths = rotary.wavelengths(rotary.theta());
            float[] kept = inverse(wavelengths, 1);
            float[] divided = inverse(wavelengths, factor);
            double end = low == high ? high + 0.001 : high;
            for (int i = 0; i < kept.length; i++) {
                float ramp = (float) Math.clamp((i - low) / (end - low), 0, 1);
                kept[i] = divided[i] * ramp + kept[i] * (1 - ramp);
            }
            return kept;
        }
    }

    /**
     * LongRoPE (arXiv:2402.13753): a divisor for each pair; one set of them for batches up to the original length, another
     * for longer ones.
     */
    record Long(List<Double> shortFactors, List<Double> longFactors, double original, double attentionFactor)
            implements RopeScaling {
        @Override
        public boolean goesByLength() {
            return true;
        }

        @Override
        public float[] frequencies(Rotary rotary, int length) {
            float[] wavelengths = rotary.wavelengths(rotary.theta());
            List<Double> factors = length > original ? longFactors : shortFactors;
            for (int i = 0; i < wavelengths.length; i++) {
                wavelengths[i] = 1 / (factors.get(i).floatValue() * wavelengths[i]);
            }
            return wavelengths;
        }
    }

    private static float[] inverse(float[] wavelengths, double factor) {
        float[] frequencies = new float[wavelengths.length];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = 1 / ((float) factor * wavelengths[i]);
        }
        return frequencies;
    }
}
