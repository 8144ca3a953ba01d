package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads one JSON object of a checkpoint, with messages that name the file. */
final class JsonFile {

    private JsonFile() {}

    /** @throws InvalidSpec if the file is missing or no JSON object */
    static JsonNode read(Path file) {
        String name = String.valueOf(file.getFileName());
        if (!Files.exists(file)) {
            throw new InvalidSpec("files", "missing_file", "%s is missing; add it beside the weights".formatted(name));
        }
        try {
            JsonNode json = Wire.JSON.readTree(file);
            if (json.isObject()) {
                return json;
            }
        } catch (JacksonException e) {
            throw new InvalidSpec(
                    "files",
                    "invalid_json",
                    "%s is not JSON (line %d): %s"
                            .formatted(
                                    name,
                                    e.getLocation() == null
                                            ? 0
                                            : e.getLocation().getLineNr(),
                                    e.getOriginalMessage()));
        }
        throw new InvalidSpec("files", "invalid_json", name + " must hold a JSON object");
    }
}
