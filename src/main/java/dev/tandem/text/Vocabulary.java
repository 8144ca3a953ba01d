package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_MODEL;

import dev.tandem.spec.TrainingFailure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The part of {@code tokenizer.json} that names tokens by id, and the file as the native library gets it. */
final class Vocabulary {

    private final ObjectNode tokenizer;
    private final ArrayNode added;
    private final Map<String, Integer> addedIds = new HashMap<>();
    private int highestAdded = -1;

    Vocabulary(JsonNode tokenizer) {
        if (!(tokenizer instanceof ObjectNode object) || !(tokenizer.path("model") instanceof ObjectNode)) {
            throw new TrainingFailure(
                    INVALID_MODEL, "tokenizer.json has no model; save the checkpoint with its fast tokenizer again");
        }
        this.tokenizer = object;
        object.putNull("truncation"); // a length the tokenizer was once used with must not cut training rows
        object.putNull("padding");
        List<JsonNode> inFile = new ArrayList<>();
        object.withArrayProperty("added_tokens").forEach(inFile::add);
        this.added = object.putArray("added_tokens");
        inFile.sort(Comparator.comparingInt(token -> token.path("id").intValue(0)));
        inFile.forEach(this::add);
    }

    ObjectNode json() {
        return tokenizer;
    }

    /** The kind of model, as in {@code BPE}; older files do not say. */
    String modelType() {
        return tokenizer.path("model").path("type").stringValue("BPE");
    }

    void forgetAdded() {
        added.removeAll();
        addedIds.clear();
        highestAdded = -1;
    }

    /**
     * Makes a text a token that is matched before any other, if it is none yet. Its id is that of the vocabulary, or the
     * next that is free: the library does not look at the one that is written down.
     *
     * @param token a text, which becomes a special token, or an object with {@code content} and its flags
     */
    void add(JsonNode token) {
        String content = token.isObject() ? token.path("content").stringValue("") : token.stringValue("");
        if (content.isEmpty() || addedIds.containsKey(content)) {
            return;
        }
        JsonNode known = vocabulary().path(content);
        int id = known.isIntegralNumber() ? known.intValue() : inList(content).orElseGet(this::nextId);
        addedIds.put(content, id);
        highestAdded = Math.max(highestAdded, id);
        ObjectNode entry = added.addObject().put("id", id).put("content", content);
        boolean special = token.path("special").booleanValue(true);
        for (String flag : List.of("single_word", "lstrip", "rstrip")) {
            entry.put(flag, token.path(flag).booleanValue(false));
        }
        entry.put("normalized", token.path("normalized").booleanValue(!special)).put("special", special);
    }

    private int nextId() {
        return Math.max(vocabulary().size(), highestAdded + 1);
    }

    Optional<Integer> id(String token) {
        Integer id = addedIds.get(token);
        JsonNode inVocabulary = vocabulary().path(token);
        return id == null && inVocabulary.isIntegralNumber()
                ? Optional.of(inVocabulary.intValue())
                : Optional.ofNullable(id).or(() -> inList(token));
    }

    /** The id of a token of a Unigram model, whose vocabulary is a list of tokens and scores. */
    private Optional<Integer> inList(String token) {
        if (vocabulary() instanceof ArrayNode list) {
            for (int i = 0; i < list.size(); i++) {
                if (list.path(i).path(0).stringValue("").equals(token)) {
                    return Optional.of(i);
                }
            }
        }
        return Optional.empty();
    }

    Optional<String> token(int id) {
        for (Map.Entry<String, Integer> each : addedIds.entrySet()) {
            if (each.getValue() == id) {
                return Optional.of(each.getKey());
            }
        }
        return vocabulary().properties().stream()
                .filter(each -> each.getValue().intValue(-1) == id)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    private JsonNode vocabulary() {
        return tokenizer.path("model").path("vocab");
    }
}
