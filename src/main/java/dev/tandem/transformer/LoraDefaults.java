package dev.tandem.transformer;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What PEFT adapts in a family when {@code target_modules} is not given; for other families it must be. */
final class LoraDefaults {

    private static final List<String> QUERY_AND_VALUE = List.of("q_proj", "v_proj");

    private static final Map<String, List<String>> TARGETS = Map.ofEntries(
            Map.entry("gpt2", List.of("c_attn")),
            Map.entry("gpt_neox", List.of("query_key_value")),
            Map.entry("llama", QUERY_AND_VALUE),
            Map.entry("mistral", QUERY_AND_VALUE),
            Map.entry("mixtral", QUERY_AND_VALUE),
            Map.entry("gemma", QUERY_AND_VALUE),
            Map.entry("gemma2", QUERY_AND_VALUE),
            Map.entry("gemma3_text", QUERY_AND_VALUE),
            Map.entry("qwen2", QUERY_AND_VALUE),
            Map.entry("qwen3", QUERY_AND_VALUE));

    private LoraDefaults() {}

    static @Nullable List<String> targets(String modelType) {
        return TARGETS.get(modelType);
    }
}
