package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads rotary positions from {@code rope_parameters} (Transformers 5) or from {@code rope_scaling} beside {@code
 * rope_theta} (older).
 *
 * @param theta base where the config has none
 * @param thetaField name of the base in older configs
 * @param rotated share of a head's features that turn where the config has none; null where all must
 * @param rotatedField name of that share in older configs
 * @param types the scalings of a family, by the names that its configs have for them
 * @param original length of the first training where the config has none; null for what the rotary parameters say
 */
record RopeConfig(
        ConfigJson config,
        int headDim,
        int contextLength,
        double theta,
        String thetaField,
        @Nullable Double rotated,
        String rotatedField,
        Map<String, String> types,
        @Nullable Double original) {

    private static final Map<String, String> ALL_TYPES = Stream.of(
                    "default", "linear", "dynamic", "llama3", "yarn", "longrope")
            .collect(Collectors.toMap(type -> type, type -> type));

    static RopeConfig of(ConfigJson config, int headDim, int contextLength) {
        return new RopeConfig(
                config, headDim, contextLength, 10_000, "rope_theta", null, "partial_rotary_factor", ALL_TYPES, null);
    }

    RopeConfig withTheta(String field, double absent) {
        return new RopeConfig(config, headDim, contextLength, absent, field, rotated, rotatedField, types, original);
    }

    RopeConfig withRotated(String field, double absent) {
        return new RopeConfig(config, headDim, contextLength, theta, thetaField, absent, field, types, original);
    }

    RopeConfig withTypes(Map<String, String> only, double originalLength) {
        return new RopeConfig(
                config, headDim, contextLength, theta, thetaField, rotated, rotatedField, only, originalLength);
    }

    Rotary read() {
        ConfigJson old = config.object("rope_scaling");
        return read(old.json().isEmpty() ? config.object("rope_parameters") : old);
    }

    /** For models with a base and a scaling for each type of layer. */
    Rotary read(ConfigJson rope) {
        for (Map.Entry<String, JsonNode> field : rope.json().properties()) {
            rope.refuse(field.getValue().isObject(), field.getKey(), "one set of rotary parameters for all layers");
        }
        int features = features(rope);
        return new Rotary(
                features,
                rope.positive("rope_theta", config.positive(thetaField, theta)),
                scaling(rope, rope.text("rope_type", rope.text("type", "default")), features));
    }

    private int features(ConfigJson rope) {
        double share =
                rope.positive("partial_rotary_factor", config.positive(rotatedField, rotated == null ? 1 : rotated));
        if (rotated == null) {
            rope.refuse(rope.has("partial_rotary_factor") && share != 1, "partial_rotary_factor", "1");
            config.refuse(share != 1, rotatedField, "1");
        }
        int features = (int) (headDim * Math.min(share, 1));
        if (share > 1 || features < 1 || features + features % 2 > headDim) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE,
                    "config.json: rotary positions turn pairs of features, so the size of a head must be even, was %d (%d of them turn)"
                            .formatted(headDim, features));
        }
        return features;
    }

    private RopeScaling scaling(ConfigJson rope, String type, int features) {
        rope.oneOf("rope_type", type, types.keySet().stream().sorted().toList());
        return switch (types.getOrDefault(type, "default")) {
            case "linear" -> new RopeScaling.Linear(rope.positive("factor"));
            case "dynamic" -> dynamic(rope, features);
            case "llama3" -> llama3(rope);
            case "yarn" -> yarn(rope, features);
            case "longrope" -> longrope(rope, features);
            default -> new RopeScaling.None();
        };
    }

    private RopeScaling dynamic(ConfigJson rope, int features) {
        rope.require(features > 2, "rope_type", "another if fewer than 3 features of a head turn");
        return new RopeScaling.Dynamic(rope.positive("factor"), contextLength);
    }

    private RopeScaling llama3(ConfigJson rope) {
        double low = rope.positive("low_freq_factor");
        double high = rope.positive("high_freq_factor");
        rope.require(high > low, "high_freq_factor", "above low_freq_factor (%s)".formatted(low));
        return new RopeScaling.Llama3(rope.positive("factor"), low, high, original(rope));
    }

    private RopeScaling yarn(ConfigJson rope, int features) {
        rope.require(rope.mentions("factor"), "factor", "there for yarn");
        double original = original(rope);
        double factor = rope.positive("factor", contextLength / original);
        boolean truncate = rope.flag("truncate", true);
        double base = rope.positive("rope_theta", config.positive(thetaField, theta));
        double low = ramp(rope.number("beta_fast", 0), 32, original, base, features);
        double high = ramp(rope.number("beta_slow", 0), 1, original, base, features);
        return new RopeScaling.Yarn(
                factor,
                Math.max(truncate ? Math.floor(low) : low, 0),
                Math.min(truncate ? Math.ceil(high) : high, features - 1),
                rope.positive("attention_factor", yarnAttention(rope, factor)));
    }

    /** The pair that turns {@code rotations} times over the original length. */
    private static double ramp(double rotations, double absent, double original, double base, int features) {
        double turns = rotations == 0 ? absent : rotations;
        return features * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(base));
    }

    private static double yarnAttention(ConfigJson rope, double factor) {
        double scale = rope.number("mscale", 0);
        double all = rope.number("mscale_all_dim", 0);
        return scale != 0 && all != 0 ? temperature(factor, scale) / temperature(factor, all) : temperature(factor, 1);
    }

    private static double temperature(double factor, double scale) {
        return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
    }

    private RopeScaling longrope(ConfigJson rope, int features) {
        double original = original(rope);
        double factor = rope.positive("factor", contextLength / original);
        double attention = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
        return new RopeScaling.Long(
                factors(rope, "short_factor", features),
                factors(rope, "long_factor", features),
                original,
                rope.positive("attention_factor", attention));
    }

    private static List<Double> factors(ConfigJson rope, String name, int features) {
        List<Double> factors = rope.numbers(name);
        rope.require(
                factors.size() == (features + 1) / 2,
                name,
                "a list of %d numbers, one for each pair of features that turns".formatted((features + 1) / 2));
        return factors;
    }

    /** A value beside the rotary parameters wins over one among them. */
    private double original(ConfigJson rope) {
        String name = "original_max_position_embeddings";
        return config.positive(name, original != null ? original : rope.positive(name, contextLength));
    }
}
