package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Wire;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Holds a {@code tokenizer.json} against the vocabulary of the model: an id beyond it would read outside the embedding. */
final class TokenizerFile {

    private static final String NAME = "tokenizer.json";

    private TokenizerFile() {}

    static void check(Path folder, int vocabSize) {
        if (!Files.exists(folder.resolve(NAME))) {
            throw new InvalidSpec(
                    "files",
                    "missing_tokenizer",
                    "tokenizer.json is missing; add it (from older tokenizer files, Transformers writes it with AutoTokenizer.from_pretrained(...).save_pretrained(...))");
        }
        JsonNode json = read(folder.resolve(NAME));
        JsonNode vocabulary = json.path("model").path("vocab");
        if (vocabulary.isEmpty()) {
            throw new InvalidSpec("files", "invalid_tokenizer", "tokenizer.json has no model.vocab");
        }
        if (vocabulary.isArray()) { // Unigram: a list of [token, score], the id is the place
            require(
                    vocabulary.size() - 1,
                    vocabulary.get(vocabulary.size() - 1).path(0).asString(""),
                    vocabSize);
        } else {
            vocabulary.properties().forEach(e -> require(e.getValue().asInt(-1), e.getKey(), vocabSize));
        }
        json.path("added_tokens")
                .forEach(t -> require(t.path("id").asInt(-1), t.path("content").asString(""), vocabSize));
    }

    private static JsonNode read(Path file) {
        try {
            return Wire.JSON.readTree(file);
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            throw new InvalidSpec(
                    "files",
                    "invalid_json",
                    "tokenizer.json is not JSON (line %d): %s".formatted(line, e.getOriginalMessage()));
        }
    }

    private static void require(int id, String token, int vocabSize) {
        if (id < 0 || id >= vocabSize) {
            throw new InvalidSpec(
                    "files",
                    "token_beyond_vocabulary",
                    "tokenizer.json gives token \"%s\" the id %d, but vocab_size is %d, so ids must be from 0 to %d; is this the tokenizer of another model?"
                            .formatted(token, id, vocabSize, vocabSize - 1));
        }
    }
}
