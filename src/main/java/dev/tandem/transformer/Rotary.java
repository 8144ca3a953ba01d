package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Rotary position embedding (RoPE, arXiv:2104.09864): at position p, feature pair i of a head turns by
 * {@code p * inverseFrequencies[i]}. Frequencies are fp32 as in Transformers, whatever the model's dtype.
 *
 * @param inverseFrequencies one for each pair of features, headDim / 2 of them
 */
public record Rotary(float[] inverseFrequencies) {

    private static final List<String> KNOWN = List.of("default", "linear", "llama3");

    /** Reads {@code rope_parameters} (Transformers 5) or {@code rope_theta} and {@code rope_scaling} (older). */
    static Rotary read(ConfigJson config, int headDim, int contextLength) {
        if (headDim % 2 != 0) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE,
                    "config.json: rotary positions turn pairs of features, so the size of a head must be even, was %d"
                            .formatted(headDim));
        }
        ConfigJson rope = config.object(config.has("rope_parameters") ? "rope_parameters" : "rope_scaling");
        double theta = rope.positive("rope_theta", config.positive("rope_theta", 10_000));
        String type = rope.text("rope_type", rope.text("type", "default"));
        rope.oneOf("rope_type", type, KNOWN);
        rope.refuse(rope.number("partial_rotary_factor", 1) != 1, "partial_rotary_factor", "1");
        config.refuse(config.number("partial_rotary_factor", 1) != 1, "partial_rotary_factor", "1");
        DoubleUnaryOperator scaling = switch (type) {
            case "linear" -> frequency -> frequency / rope.positive("factor", 1);
            case "llama3" -> llama3(rope, contextLength);
            default -> frequency -> frequency;
        };
        float[] frequencies = new float[headDim / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) scaling.applyAsDouble((float) (1 / Math.pow(theta, 2.0 * i / headDim)));
        }
        return new Rotary(frequencies);
    }

    /** Llama 3.1's scaling: low frequencies are divided by the factor, high ones kept, those between blended. */
    private static DoubleUnaryOperator llama3(ConfigJson rope, int contextLength) {
        double factor = rope.positive("factor", 8);
        double low = rope.positive("low_freq_factor", 1);
        double high = rope.positive("high_freq_factor", 4);
        double original = rope.positive("original_max_position_embeddings", contextLength);
        return frequency -> {
            double wavelength = 2 * Math.PI / frequency;
            double blend = Math.clamp((original / wavelength - low) / (high - low), 0, 1);
            return (1 - blend) * frequency / factor + blend * frequency;
        };
    }

    /** Angle of each position and feature pair, row by row: (positions.length, headDim / 2). */
    float[] angles(int[] positions) {
        int pairs = inverseFrequencies.length;
        float[] angles = new float[positions.length * pairs];
        for (int p = 0; p < positions.length; p++) {
            for (int i = 0; i < pairs; i++) {
                angles[p * pairs + i] = positions[p] * inverseFrequencies[i];
            }
        }
        return angles;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Rotary rotary && Arrays.equals(inverseFrequencies, rotary.inverseFrequencies);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(inverseFrequencies);
    }
}
