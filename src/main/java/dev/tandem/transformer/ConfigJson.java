package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.MISSING_FIELD;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_OPTION;

import dev.tandem.transformer.InvalidCheckpoint.Rule;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Typed reading of a {@code config.json}; a field that is null counts as absent unless a method says otherwise.
 *
 * @param aliases the name that this file uses for a field, where it is another than the usual one
 */
record ConfigJson(String file, JsonNode json, Map<String, String> aliases) {

    /** A name that is there twice is refused: readers differ in which of the two they take. */
    static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    ConfigJson(String file, JsonNode json) {
        this(file, json, Map.of());
    }

    /** @throws InvalidCheckpoint if the file is missing or holds anything but an object */
    static ConfigJson read(Path path) {
        return new ConfigJson(String.valueOf(path.getFileName()), JsonFile.read(path));
    }

    /** The same file, in which fields may also have other names: usual name to the file's own. */
    ConfigJson withAliases(Map<String, String> names) {
        return new ConfigJson(file, json, names);
    }

    boolean has(String name) {
        return find(name) != null;
    }

    /** Whether the field is there, be it null. */
    boolean mentions(String name) {
        return json.has(name) || json.has(ownName(name));
    }

    private String ownName(String name) {
        return aliases.getOrDefault(name, name);
    }

    @Nullable
    JsonNode find(String name) {
        return json.hasNonNull(name) ? json.get(name) : json.hasNonNull(ownName(name)) ? json.get(ownName(name)) : null;
    }

    int integer(String name, int fallback) {
        Integer value = integerOrNull(name);
        return value == null ? fallback : value;
    }

    @Nullable
    Integer integerOrNull(String name) {
        JsonNode value = find(name, "a whole number of at least 1", ConfigJson::isSize);
        return value == null ? null : Integer.valueOf(value.intValue());
    }

    /** A number that null turns off. */
    @Nullable
    Double positiveOrNull(String name, @Nullable Double whenAbsent) {
        return mentions(name) && !has(name) ? null : has(name) ? Double.valueOf(positive(name, 1)) : whenAbsent;
    }

    int integer(String name) {
        int value = integer(name, 0);
        if (value == 0) {
            throw missing(name);
        }
        return value;
    }

    /** The id of a token; null where the config says null. */
    @Nullable
    Integer id(String name, @Nullable Integer absent) {
        if (!json.has(name)) {
            return absent;
        }
        JsonNode value = find(name, "the id of a token", v -> v.isIntegralNumber() && v.canConvertToInt());
        return value == null ? null : Integer.valueOf(value.intValue());
    }

    double number(String name, double fallback) {
        JsonNode value = find(name, "a number", ConfigJson::isFinite);
        return value == null ? fallback : value.doubleValue();
    }

    /** A number that is divided by, or whose root or power is taken. */
    double positive(String name, double fallback) {
        JsonNode value = find(name, "a number above 0", v -> isFinite(v) && v.doubleValue() > 0);
        return value == null ? fallback : value.doubleValue();
    }

    boolean flag(String name, boolean fallback) {
        JsonNode value = find(name, "true or false", JsonNode::isBoolean);
        return value == null ? fallback : value.booleanValue();
    }

    String text(String name, String fallback) {
        JsonNode value = find(name, "a text", JsonNode::isString);
        return value == null ? fallback : value.stringValue();
    }

    String text(String name) {
        if (!has(name)) {
            throw missing(name);
        }
        return text(name, "");
    }

    /** The values of a list; null if it is not there. */
    @Nullable
    List<JsonNode> list(String name) {
        JsonNode value = find(name, "a list", JsonNode::isArray);
        return value == null ? null : List.copyOf(value.values());
    }

    /** A list of numbers that must be there. */
    List<Double> numbers(String name) {
        List<JsonNode> values = list(name);
        if (values == null) {
            throw missing(name);
        }
        require(values.stream().allMatch(ConfigJson::isFinite), name, "a list of numbers");
        return values.stream().map(JsonNode::doubleValue).toList();
    }

    /** A number above 0 that must be there. */
    double positive(String name) {
        if (!has(name)) {
            throw missing(name);
        }
        return positive(name, 1);
    }

    /** The object in this field, or an empty one. */
    ConfigJson object(String name) {
        JsonNode value = find(name, "an object", JsonNode::isObject);
        return new ConfigJson(file + " " + name, value == null ? STRICT.createObjectNode() : value);
    }

    private @Nullable JsonNode find(String name, String kind, Predicate<JsonNode> isOfKind) {
        JsonNode value = find(name);
        require(value == null || isOfKind.test(value), name, kind);
        return value;
    }

    void require(boolean holds, String name, String kind) {
        if (!holds) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE, "%s in %s must be %s, was %s".formatted(ownName(name), file, kind, find(name)));
        }
    }

    private static boolean isSize(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 1;
    }

    private static boolean isFinite(JsonNode value) {
        return value.isNumber() && Double.isFinite(value.doubleValue(Double.NaN));
    }

    private InvalidCheckpoint missing(String name) {
        return new InvalidCheckpoint(
                MISSING_FIELD, "%s has no %s; the model cannot be built without".formatted(file, ownName(name)));
    }

    /** Refuses an option that changes the numbers and is not implemented. */
    void refuse(boolean present, String name, String supported) {
        if (present) {
            throw new InvalidCheckpoint(
                    UNSUPPORTED_OPTION,
                    "%s has %s = %s, which is not supported; supported is %s"
                            .formatted(file, ownName(name), find(name), supported));
        }
    }

    String oneOf(String name, String value, List<String> supported) {
        return oneOf(UNSUPPORTED_OPTION, name, value, supported);
    }

    String oneOf(Rule rule, String name, String value, List<String> supported) {
        if (!supported.contains(value)) {
            throw new InvalidCheckpoint(
                    rule,
                    "%s has %s = \"%s\", which is not supported; supported are %s"
                            .formatted(file, name, value, String.join(", ", supported)));
        }
        return value;
    }
}
