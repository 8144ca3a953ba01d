package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_JSON;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.MISSING_FIELD;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.MISSING_FILE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_OPTION;

import dev.tandem.transformer.InvalidCheckpoint.Rule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Typed reading of a {@code config.json}; a field that is null counts as absent. */
record ConfigJson(String file, JsonNode json) {

    /** A name that is there twice is refused: readers differ in which of the two they take. */
    static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /** Real ones, an index of many shards too, are far below; as a tree of nodes JSON takes many times its length. */
    private static final long LARGEST = 4L << 20;

    static ConfigJson read(Path path) {
        String file = String.valueOf(path.getFileName());
        try {
            if (Files.size(path) > LARGEST) {
                throw new InvalidCheckpoint(
                        INVALID_VALUE,
                        "%s must be at most %d bytes long, was %d; is it the right file?"
                                .formatted(file, LARGEST, Files.size(path)));
            }
            JsonNode json = STRICT.readTree(Files.readAllBytes(path));
            if (!json.isObject()) {
                throw new InvalidCheckpoint(INVALID_JSON, file + " must hold a JSON object");
            }
            return new ConfigJson(file, json);
        } catch (NoSuchFileException e) {
            throw new InvalidCheckpoint(
                    MISSING_FILE,
                    "%s is missing; add it beside the weights, as a Hugging Face checkpoint has it".formatted(file),
                    e);
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new InvalidCheckpoint(
                    INVALID_JSON, "%s is not JSON (line %d): %s".formatted(file, line, e.getOriginalMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path, e);
        }
    }

    boolean has(String name) {
        return json.hasNonNull(name);
    }

    /** The field of this name or of an older one, the first that is there. */
    @Nullable
    JsonNode find(String... names) {
        for (String name : names) {
            if (has(name)) {
                return json.get(name);
            }
        }
        return null;
    }

    int integer(String name, int fallback) {
        JsonNode value = find(name, "a whole number of at least 1", ConfigJson::isSize);
        return value == null ? fallback : value.intValue();
    }

    int integer(String name) {
        int value = integer(name, 0);
        if (value == 0) {
            throw missing(name);
        }
        return value;
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

    /** The object in this field, or an empty one. */
    ConfigJson object(String name) {
        JsonNode value = find(name, "an object", JsonNode::isObject);
        return new ConfigJson(file + " " + name, value == null ? STRICT.createObjectNode() : value);
    }

    private @Nullable JsonNode find(String name, String kind, Predicate<JsonNode> isOfKind) {
        JsonNode value = find(name);
        if (value != null && !isOfKind.test(value)) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE, "%s in %s must be %s, was %s".formatted(name, file, kind, value));
        }
        return value;
    }

    private static boolean isSize(JsonNode value) {
        return value.isIntegralNumber() && value.canConvertToInt() && value.intValue() >= 1;
    }

    private static boolean isFinite(JsonNode value) {
        return value.isNumber() && Double.isFinite(value.doubleValue(Double.NaN));
    }

    private InvalidCheckpoint missing(String name) {
        return new InvalidCheckpoint(
                MISSING_FIELD, "%s has no %s; the model cannot be built without".formatted(file, name));
    }

    /** Refuses an option that changes the numbers and is not implemented. */
    void refuse(boolean present, String name, String supported) {
        if (present) {
            throw new InvalidCheckpoint(
                    UNSUPPORTED_OPTION,
                    "%s has %s = %s, which is not supported; supported is %s"
                            .formatted(file, name, json.get(name), supported));
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
