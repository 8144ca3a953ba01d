package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_MODEL;

import dev.tandem.spec.TrainingFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    private static final List<String> TOKEN_NAMES =
            List.of("bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token");

    private final Path folder;
    private final JsonNode config;
    private final JsonNode specialTokensMap;

    CheckpointTexts(Path folder) {
        this.folder = folder;
        this.config = readOptional("tokenizer_config.json");
        this.specialTokensMap = readOptional("special_tokens_map.json");
    }

    /** {@code bos_token}, {@code eos_token}, ... as texts, and the further ones as a list, as a template sees them. */
    Map<String, Object> specialTokens() {
        var tokens = new LinkedHashMap<String, Object>();
        for (String name : TOKEN_NAMES) {
            String token = token(config.path(name));
            token = token == null ? token(specialTokensMap.path(name)) : token;
            if (token != null) {
                tokens.put(name, token);
            }
        }
        var further = new ArrayList<Object>();
        config.path("additional_special_tokens").forEach(each -> further.add(String.valueOf(token(each))));
        if (!further.isEmpty()) {
            tokens.put("additional_special_tokens", further);
        }
        return tokens;
    }

    /** Special tokens that older checkpoints list beside, and sometimes not in, {@code tokenizer.json}. */
    JsonNode addedTokens() {
        return config.path("added_tokens_decoder");
    }

    /** The first {@code eos_token_id} of {@code config.json}: what the model was trained to end with. */
    Optional<Integer> modelEosId() {
        JsonNode id = readOptional("config.json").path("eos_token_id");
        JsonNode first = id.isArray() ? id.path(0) : id;
        return first.isIntegralNumber() ? Optional.of(first.intValue()) : Optional.empty();
    }

    /** Templates by name; the usual one is {@code default}, and {@code chat_template.jinja} wins. */
    Map<String, String> chatTemplates() {
        var templates = new LinkedHashMap<String, String>();
        JsonNode inConfig = config.path("chat_template");
        if (inConfig.isString()) {
            templates.put("default", inConfig.stringValue());
        }
        if (inConfig.isArray()) {
            inConfig.forEach(each -> templates.put(
                    each.path("name").stringValue(""), each.path("template").stringValue("")));
        }
        read("chat_template.jinja").ifPresent(source -> templates.put("default", source));
        readFolder(folder.resolve("additional_chat_templates"), templates);
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
    private static @Nullable String token(JsonNode node) {
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
