package dev.tandem.transformer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Typed reading of a {@code config.json}; a field that is null counts as absent. */
record ConfigJson(String file, JsonNode json) {

    private static final JsonMapper JSON = new JsonMapper();

    static ConfigJson read(Path file) {
        try {
            JsonNode json = JSON.readTree(Files.readAllBytes(file));
            if (!json.isObject()) {
                throw new InvalidCheckpoint(file.getFileName() + " must hold a JSON object");
            }
            return new ConfigJson(String.valueOf(file.getFileName()), json);
        } catch (NoSuchFileException e) {
            throw new InvalidCheckpoint(
                    "no %s in %s; is this a Hugging Face checkpoint?".formatted(file.getFileName(), file.getParent()),
                    e);
        } catch (JacksonException | IOException e) {
            throw new InvalidCheckpoint("cannot read %s: %s".formatted(file.getFileName(), e.getMessage()), e);
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
        JsonNode value = find(name);
        return value == null ? fallback : whole(name, value);
    }

    int integer(String name) {
        JsonNode value = find(name);
        if (value == null) {
            throw new InvalidCheckpoint("%s has no %s".formatted(file, name));
        }
        return whole(name, value);
    }

    private int whole(String name, JsonNode value) {
        if (!value.canConvertToInt() || !value.isIntegralNumber() || value.intValue() < 1) {
            throw new InvalidCheckpoint(
                    "%s in %s must be a whole number of at least 1, was %s".formatted(name, file, value));
        }
        return value.intValue();
    }

    double number(String name, double fallback) {
        JsonNode value = find(name);
        if (value != null && !value.isNumber()) {
            throw new InvalidCheckpoint("%s in %s must be a number, was %s".formatted(name, file, value));
        }
        return value == null ? fallback : value.doubleValue();
    }

    boolean flag(String name, boolean fallback) {
        JsonNode value = find(name);
        return value == null ? fallback : value.asBoolean();
    }

    String text(String name, String fallback) {
        JsonNode value = find(name);
        return value == null ? fallback : value.asString();
    }

    /** The object in this field, or an empty one. */
    ConfigJson object(String name) {
        JsonNode value = find(name);
        return new ConfigJson(file + " " + name, value == null ? JSON.createObjectNode() : value);
    }

    /** Refuses an option that changes the numbers and is not implemented. */
    void refuse(boolean present, String name, String supported) {
        if (present) {
            throw new InvalidCheckpoint("%s has %s = %s, which is not supported; supported is %s"
                    .formatted(file, name, json.get(name), supported));
        }
    }

    String oneOf(String name, String value, List<String> supported) {
        if (!supported.contains(value)) {
            throw new InvalidCheckpoint("%s has %s = %s, which is not supported; supported are %s"
                    .formatted(file, name, value, String.join(", ", supported)));
        }
        return value;
    }
}
