package dev.tandem.text;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The part of {@code tokenizer.json} that names tokens by id, and the file as the native library gets it. */
final class Vocabulary {

    private final JsonNode tokenizer;

    /** @param added further special tokens, by id, as {@code added_tokens_decoder} of a tokenizer config lists them */
    Vocabulary(JsonNode tokenizer, JsonNode added) {
        this.tokenizer = tokenizer;
        if (tokenizer instanceof ObjectNode object) {
            object.putNull("truncation"); // a length the tokenizer was once used with must not cut training rows
            object.putNull("padding");
            add(object.withArrayProperty("added_tokens"), added);
        }
    }

    String json() {
        return tokenizer.toString();
    }

    /** Ids of the tokens that stand outside the vocabulary proper, special ones among them, by their text. */
    Map<String, Integer> addedTokens() {
        var ids = new HashMap<String, Integer>();
        for (JsonNode each : tokenizer.path("added_tokens")) {
            ids.put(each.path("content").stringValue(""), each.path("id").intValue());
        }
        return ids;
    }

    Optional<Integer> id(String token) {
        Integer added = addedTokens().get(token);
        JsonNode inVocabulary = vocabulary().path(token);
        return added == null && inVocabulary.isIntegralNumber()
                ? Optional.of(inVocabulary.intValue())
                : Optional.ofNullable(added);
    }

    Optional<String> token(int id) {
        for (Map.Entry<String, Integer> each : addedTokens().entrySet()) {
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

    private static void add(ArrayNode known, JsonNode added) {
        Set<@Nullable Integer> ids = new HashSet<>();
        known.forEach(each -> ids.add(each.path("id").intValue()));
        added.properties().forEach(entry -> {
            int id = Integer.parseInt(entry.getKey());
            if (ids.add(id) && entry.getValue() instanceof ObjectNode token) {
                known.add(token.deepCopy().put("id", id));
            }
        });
    }
}
