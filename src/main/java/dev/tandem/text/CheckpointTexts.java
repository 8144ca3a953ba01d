package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_MODEL;

import dev.tandem.spec.TrainingFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The files of a checkpoint that say how text is written: configs, special tokens, chat templates. */
final class CheckpointTexts {

    private static final JsonMapper JSON = new JsonMapper();
    static final List<String> TOKEN_NAMES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final Path folder;
    private final JsonNode config;
    private final JsonNode specialTokensMap;

    CheckpointTexts(Path folder) {
        this.folder = folder;
        this.config = readOptional("tokenizer_config.json");
        this.specialTokensMap = readOptional("special_tokens_map.json");
    }

    /**
     * {@code bos_token}, {@code eos_token}, ... and a checkpoint's own such as {@code image_token}: texts, or objects with
     * flags, by name. What the class of the tokenizer has where the files are silent is not among them.
     */
    Map<String, JsonNode> specialTokens() {
        var tokens = new LinkedHashMap<String, JsonNode>();
        for (String name : TOKEN_NAMES) {
            putToken(tokens, name, config.path(name));
            putToken(tokens, name, legacyMap().path(name));
        }
        config.properties().stream()
                .filter(each ->
                        each.getKey().endsWith("_token") && each.getValue().isString())
                .forEach(each -> tokens.putIfAbsent(each.getKey(), each.getValue()));
        if (config.path("extra_special_tokens").isObject()) {
            config.path("extra_special_tokens")
                    .properties()
                    .forEach(each -> putToken(tokens, each.getKey(), each.getValue()));
        }
        return tokens;
    }

    /** Whether the tokenizer's config says anything of a token by that name, if only that there is none. */
    boolean names(String token) {
        return config.has(token) || legacyMap().has(token);
    }

    /** Special tokens without a name. */
    List<JsonNode> extraTokens() {
        var extra = new ArrayList<JsonNode>();
        for (JsonNode list : List.of(
                config.path("extra_special_tokens"),
                config.path("additional_special_tokens"),
                legacyMap().path("additional_special_tokens"))) {
            if (list.isArray()) {
                list.forEach(extra::add);
            }
        }
        return extra;
    }

    /** Tokens by id that older checkpoints list beside, and sometimes not in, {@code tokenizer.json}. */
    List<JsonNode> addedTokens() {
        return config.path("added_tokens_decoder").properties().stream()
                .sorted(Comparator.comparingInt(each -> Integer.parseInt(each.getKey())))
                .map(Map.Entry::getValue)
                .toList();
    }

    /** What is in the old file wins over the config, unless the config is of the time that wrote the list of added tokens. */
    private JsonNode legacyMap() {
        return config.has("added_tokens_decoder") ? JSON.createObjectNode() : specialTokensMap;
    }

    private static void putToken(Map<String, JsonNode> tokens, String name, JsonNode token) {
        if (text(token) != null) {
            tokens.put(name, token);
        }
    }

    /** {@code tokenizer_config.json}; empty if there is none. */
    JsonNode config() {
        return config;
    }

    TokenizerClass tokenizerClass() {
        JsonNode model = readOptional("config.json");
        return TokenizerClass.of(className(), model.path("model_type").stringValue(""));
    }

    /** The name of the tokenizer's class; empty if no file has one. */
    String className() {
        String own = config.path("tokenizer_class").stringValue("");
        return own.isEmpty()
                ? readOptional("config.json").path("tokenizer_class").stringValue("")
                : own;
    }

    /** The first {@code eos_token_id} of {@code config.json}: what the model was trained to end with. */
    Optional<Integer> modelEosId() {
        JsonNode id = readOptional("config.json").path("eos_token_id");
        JsonNode first = id.isArray() ? id.path(0) : id;
        return first.isIntegralNumber() ? Optional.of(first.intValue()) : Optional.empty();
    }

    /** Templates by name; the usual one is {@code default}. Those in files of their own put those in the config aside. */
    Map<String, String> chatTemplates() {
        var templates = new LinkedHashMap<String, String>();
        read("chat_template.jinja").ifPresent(source -> templates.put("default", source));
        readFolder(folder.resolve("additional_chat_templates"), templates);
        if (!templates.isEmpty()) {
            return templates;
        }
        JsonNode inConfig = config.path("chat_template");
        if (inConfig.isString()) {
            templates.put("default", inConfig.stringValue());
        }
        if (inConfig.isArray()) {
            inConfig.forEach(each -> templates.put(
                    each.path("name").stringValue(""), each.path("template").stringValue("")));
        }
        return templates;
    }

    JsonNode readRequired(String name) {
        return read(name)
                .map(text -> parse(name, text))
                .orElseThrow(() -> new TrainingFailure(
                        INVALID_MODEL,
                        "no %s in %s; save the checkpoint with its fast tokenizer".formatted(name, folder)));
    }

    private void readFolder(Path extra, Map<String, String> templates) {
        if (!Files.isDirectory(extra)) {
            return;
        }
        try (var files = Files.newDirectoryStream(extra, "*.jinja")) {
            for (Path file : files) {
                String name = String.valueOf(file.getFileName()).replaceFirst("\\.jinja$", "");
                templates.put(name, Files.readString(file));
            }
        } catch (IOException e) {
            throw new TrainingFailure(INVALID_MODEL, "cannot read %s: %s".formatted(extra, e), e);
        }
    }

    /** A token is a text, or an object that has it as {@code content}. */
    static @Nullable String text(JsonNode node) {
        JsonNode text = node.isObject() ? node.path("content") : node;
        return text.isString() ? text.stringValue() : null;
    }

    private JsonNode readOptional(String name) {
        return read(name).map(text -> parse(name, text)).orElseGet(JSON::createObjectNode);
    }

    private Optional<String> read(String name) {
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(file, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new TrainingFailure(INVALID_MODEL, "cannot read %s: %s".formatted(file, e), e);
        }
    }

    private JsonNode parse(String name, String text) {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw new TrainingFailure(
                    INVALID_MODEL, "%s of %s is broken JSON: %s".formatted(name, folder, e.getOriginalMessage()), e);
        }
    }
}
