package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_ARCHITECTURE;

import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Model families by their {@code model_type}. A family says how its models differ from Llama's; the forward pass only
 * knows the features that come out.
 */
final class Families {

    private static final Map<String, UnaryOperator<Blueprint>> LIKE_LLAMA = Map.ofEntries(
            Map.entry("llama", LlamaLike::llama),
            Map.entry("mistral", LlamaLike::mistral),
            Map.entry("qwen2", LlamaLike::qwen2),
            Map.entry("qwen3", LlamaLike::qwen3),
            Map.entry("phi3", LlamaLike::phi3),
            Map.entry("olmo2", LlamaLike::olmo2),
            Map.entry("granite", LlamaLike::granite),
            Map.entry("smollm3", LlamaLike::smollm3),
            Map.entry("gemma2", Gemma::gemma2),
            Map.entry("gemma3_text", Gemma::gemma3),
            Map.entry("gpt_neox", Gpt::gptNeox),
            Map.entry("mixtral", Mixtures::mixtral),
            Map.entry("qwen3_moe", Mixtures::qwen3));

    private static final List<String> KNOWN = Stream.concat(LIKE_LLAMA.keySet().stream(), Stream.of("gpt2"))
            .sorted()
            .toList();

    /** Fields of any family that change the numbers and are not implemented, by the value that turns each off. */
    private static final Map<String, String> OFF = Map.of(
            "quantization_config", "unquantized weights",
            "per_layer_config", "layers that differ by layer_types only",
            "use_bidirectional_attention", "false",
            "add_cross_attention", "false",
            "is_encoder_decoder", "false");

    private Families() {}

    static ModelConfig read(ConfigJson json) {
        String type = json.oneOf(UNSUPPORTED_ARCHITECTURE, "model_type", json.text("model_type"), KNOWN);
        OFF.forEach((field, off) ->
                json.refuse(off.equals("false") ? json.flag(field, false) : json.has(field), field, off));
        UnaryOperator<Blueprint> family = LIKE_LLAMA.get(type);
        return (family == null ? Gpt.gpt2(json) : family.apply(new Blueprint(json, type))).build();
    }
}
