package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_JSON;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.MISSING_FILE;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** A JSON file of a checkpoint, which holds one object. */
final class JsonFile {

    /** Real ones, an index of many shards too, are far below; as a tree of nodes JSON takes many times its length. */
    private static final long LARGEST = 4L << 20;

    private JsonFile() {}

    static JsonNode read(Path path) {
        String file = String.valueOf(path.getFileName());
        try {
            if (Files.size(path) > LARGEST) {
                throw new InvalidCheckpoint(
                        INVALID_VALUE,
                        "%s must be at most %d bytes long, was %d; is it the right file?"
                                .formatted(file, LARGEST, Files.size(path)));
            }
            JsonNode json = ConfigJson.STRICT.readTree(Files.readAllBytes(path));
            if (!json.isObject()) {
                throw new InvalidCheckpoint(INVALID_JSON, file + " must hold a JSON object");
            }
            return json;
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
}
