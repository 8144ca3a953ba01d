package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import tools.jackson.databind.JsonNode;

/** What is read of a Hugging Face {@code config.json}, in the form of Transformers 5 or of earlier ones. */
record CheckpointConfig(JsonNode json, String modelType) {

    /** The families that can be trained: {@code model_type} of their config. */
    static final List<String> SUPPORTED = List.of("gpt2", "llama", "qwen2");

    static CheckpointConfig of(Path folder) {
        JsonNode json = JsonFile.read(folder.resolve("config.json"));
        String type = json.path("model_type").asString("");
        if (type.isEmpty()) {
            throw new InvalidSpec(
                    "files", "missing_field", "config.json has no model_type; it must be one of " + SUPPORTED);
        }
        if (!SUPPORTED.contains(type)) {
            throw new InvalidSpec(
                    "files",
                    "unsupported_architecture",
                    "config.json says model_type \"%s\"; supported are %s"
                            .formatted(type, String.join(", ", SUPPORTED)));
        }
        return new CheckpointConfig(json, type);
    }

    boolean isGpt2() {
        return modelType.equals("gpt2");
    }

    int vocabSize() {
        return positive("vocab_size");
    }

    int hiddenSize() {
        return positive(isGpt2() ? "n_embd" : "hidden_size");
    }

    int layers() {
        return positive(isGpt2() ? "n_layer" : "num_hidden_layers");
    }

    int contextLength() {
        return positive(isGpt2() ? "n_positions" : "max_position_embeddings");
    }

    /** Transformers leaves it out where it is the default, which for these families differs. */
    boolean tied() {
        return json.path("tie_word_embeddings").asBoolean(isGpt2());
    }

    int positive(String name) {
        return (int) optional(name)
                .orElseThrow(() -> new InvalidSpec(
                        "files",
                        "missing_field",
                        "config.json has no %s; it is needed for %s".formatted(name, modelType)));
    }

    OptionalLong optional(String name) {
        JsonNode node = json.path(name);
        if (node.isMissingNode() || node.isNull()) {
            return OptionalLong.empty();
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.asInt() < 1) {
            throw new InvalidSpec(
                    "files",
                    "invalid_value",
                    "config.json: %s must be a whole number of at least 1, was %s".formatted(name, node));
        }
        return OptionalLong.of(node.asLong());
    }
}
