package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_MODEL;

import dev.tandem.spec.TrainingFailure;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.StringNode;

/** The tokenizer that Transformers 5 makes of a checkpoint's files, ready for the native library. */
final class CheckpointTokenizer {

    private final Path folder;
    private final CheckpointTexts texts;
    private final TokenizerClass kind;
    private final Vocabulary vocabulary;
    private final Map<String, Object> specialTokens = new LinkedHashMap<>();
    private final Set<String> lacking = new HashSet<>();

    private CheckpointTokenizer(Path folder) {
        this.folder = folder;
        this.texts = new CheckpointTexts(folder);
        this.kind = texts.tokenizerClass();
        this.vocabulary = new Vocabulary(texts.readRequired("tokenizer.json"));
    }

    /** @throws TrainingFailure if the files make no tokenizer, or one that is built in a way that is not here */
    static CheckpointTokenizer of(Path folder) {
        var made = new CheckpointTokenizer(folder);
        made.nameTokens();
        made.rebuild();
        made.addTokens();
        return made;
    }

    private void nameTokens() {
        Map<String, JsonNode> named = texts.specialTokens();
        for (String name : CheckpointTexts.TOKEN_NAMES) {
            String token = CheckpointTexts.text(named.getOrDefault(name, MissingNode.getInstance()));
            String fallback = texts.names(name) ? null : kind.defaults().get(name);
            if (token != null || fallback != null) {
                specialTokens.put(name, String.valueOf(token == null ? fallback : token));
            }
        }
        named.forEach((name, token) -> specialTokens.putIfAbsent(name, String.valueOf(CheckpointTexts.text(token))));
        if (!specialTokens.containsKey("eos_token")) {
            texts.modelEosId().flatMap(vocabulary::token).ifPresent(token -> specialTokens.put("eos_token", token));
        }
    }

    private void rebuild() {
        switch (kind) {
            case TOKENIZERS_BACKEND -> {}
            case UNKNOWN ->
                throw new TrainingFailure(
                        INVALID_MODEL,
                        "tokenizer_class %s of %s is not supported: Transformers builds it without regard to tokenizer.json; if the file is right, set tokenizer_class to PreTrainedTokenizerFast"
                                .formatted(texts.className(), folder));
            case GPT2, GPT_NEOX, LLAMA, GEMMA, QWEN2, COHERE -> {
                if (!vocabulary.modelType().equals("BPE")) {
                    throw new TrainingFailure(
                            INVALID_MODEL,
                            "tokenizer.json of %s has a %s model, but Transformers builds %s with BPE; save the checkpoint with its own fast tokenizer"
                                    .formatted(folder, vocabulary.modelType(), kind));
                }
                String unk = (String) specialTokens.get("unk_token");
                new TokenizerRebuild(vocabulary.json(), texts.config()).as(kind, String.valueOf(unk));
                if (!texts.addedTokens().isEmpty()) {
                    vocabulary.forgetAdded();
                }
            }
        }
    }

    /** Named tokens are matched before any other, also where the file forgot to say so. */
    private void addTokens() {
        texts.addedTokens().forEach(vocabulary::add);
        Map<String, JsonNode> named = texts.specialTokens();
        specialTokens.forEach((name, token) -> {
            if (vocabulary.id((String) token).isEmpty()) {
                lacking.add(name);
                if (named.containsKey(name)) {
                    requireNotUsed(name, (String) token);
                }
            }
            vocabulary.add(named.getOrDefault(name, StringNode.valueOf((String) token)));
        });
        texts.extraTokens().forEach(vocabulary::add);
    }

    /** A token without an id would get one that the model has no embedding for. */
    private void requireNotUsed(String name, String token) {
        if (name.equals("bos_token") || name.equals("eos_token") || name.equals("pad_token")) {
            throw new TrainingFailure(
                    INVALID_MODEL,
                    "%s is %s, which tokenizer.json of %s does not have; tokenizer_config.json is of another tokenizer"
                            .formatted(name, token, folder));
        }
    }

    Path folder() {
        return folder;
    }

    /** By name, as a chat template sees them. */
    Map<String, Object> specialTokens() {
        return specialTokens;
    }

    /** The id of a named token; null if there is none by that name, or no model was trained with it. */
    @Nullable
    Integer id(String name) {
        Object token = specialTokens.get(name);
        return token == null || lacking.contains(name)
                ? null
                : vocabulary.id((String) token).orElse(null);
    }

    Map<String, String> chatTemplates() {
        return texts.chatTemplates();
    }

    String json() {
        return vocabulary.json().toString();
    }
}
