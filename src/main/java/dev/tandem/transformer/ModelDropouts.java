package dev.tandem.transformer;

import java.util.List;
import java.util.stream.Stream;

/** Dropout that a model's own config asks for in training. */
final class ModelDropouts {

    private static final List<String> FIELDS = List.of(
            "attn_pdrop", "resid_pdrop", "embd_pdrop", "attention_dropout", "hidden_dropout", "embedding_dropout");

    /** What GPT-2's config class assumes where the file does not say. */
    private static final List<String> GPT2 = List.of("attn_pdrop", "resid_pdrop", "embd_pdrop");

    private ModelDropouts() {}

    static List<String> of(ConfigJson config) {
        boolean gpt2 = config.text("model_type", "").equals("gpt2");
        return FIELDS.stream()
                .flatMap(field -> {
                    double share = config.number(field, gpt2 && GPT2.contains(field) ? 0.1 : 0);
                    return share > 0 ? Stream.of(field + " = " + share) : Stream.empty();
                })
                .toList();
    }
}
