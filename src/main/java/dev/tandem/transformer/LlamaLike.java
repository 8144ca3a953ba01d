package dev.tandem.transformer;

import dev.tandem.transformer.ModelConfig.Fused;
import dev.tandem.transformer.ModelConfig.Norm;
import dev.tandem.transformer.ModelConfig.Normed;
import dev.tandem.transformer.ModelConfig.Scales;
import dev.tandem.transformer.TensorNames.Attention;
import dev.tandem.transformer.TensorNames.Mlp;
import dev.tandem.transformer.TensorNames.Norms;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Llama and the dense families that differ from it in a few features. */
final class LlamaLike {

    private LlamaLike() {}

    static Blueprint llama(Blueprint model) {
        return model.attentionBias().mlpBias();
    }

    /** A window in every layer; a config without the field has the window of the first Mistral. */
    static Blueprint mistral(Blueprint model) {
        return model.kvHeads(8).contextLength(131_072).window(windowOr(model.json, 4096));
    }

    /** Biases on queries, keys and values. */
    static Blueprint qwen2(Blueprint model) {
        return upperWindows(model.kvHeads(32).contextLength(32_768)).biased(true, "q_proj", "k_proj", "v_proj");
    }

    /** Heads of a size of their own, whose queries and keys are normalised. */
    static Blueprint qwen3(Blueprint model) {
        return upperWindows(model.kvHeads(32).headDim(128).contextLength(32_768))
                .attentionBias()
                .attention(Normed.HEADS, null);
    }

    /** A window in the layers from {@code max_window_layers} on, and only if it is asked for. */
    private static Blueprint upperWindows(Blueprint model) {
        ConfigJson json = model.json;
        Integer window = json.flag("use_sliding_window", false) ? windowOr(json, 4096) : null;
        double first = json.number("max_window_layers", 28);
        return model.window(window, layer -> window != null && layer >= first);
    }

    /** Fused projections; rotary positions on a part of each head; LongRoPE under its older names too. */
    static Blueprint phi3(Blueprint model) {
        model.norm(Norm.RMS, "rms_norm_eps", 1e-5).contextLength(4096).window(windowOr(model.json, null));
        Rotary rotary = model.rope()
                .withRotated("partial_rotary_factor", 1)
                .withTypes(
                        Map.of("default", "default", "longrope", "longrope", "su", "longrope", "yarn", "longrope"),
                        4096)
                .read();
        return model.rotary(layer -> rotary)
                .fused(Fused.BY_KIND, true)
                .names(TensorNames.LLAMA.with(
                        Attention.fused("self_attn.qkv_proj", "self_attn.o_proj"),
                        new Mlp(null, "mlp.gate_up_proj", "mlp.down_proj")));
    }

    /** Norms after attention and MLP instead of before; queries and keys normalised over the whole projection. */
    static Blueprint olmo2(Blueprint model) {
        return model.norm(Norm.RMS, "rms_norm_eps", 1e-5)
                .attentionBias()
                .attention(Normed.PROJECTION, null)
                .names(TensorNames.LLAMA.with(Norms.AFTER));
    }

    /** Llama with four multipliers. */
    static Blueprint granite(Blueprint model) {
        ConfigJson json = model.json;
        double attention = json.number("attention_multiplier", 1);
        return model.attentionBias()
                .mlpBias()
                .attentionScale(layer -> attention)
                .scales(new Scales(
                        json.number("embedding_multiplier", 1),
                        json.number("residual_multiplier", 1),
                        json.positive("logits_scaling", 1),
                        null))
                .names(TensorNames.LLAMA);
    }

    /** Every fourth layer, or those that {@code no_rope_layers} marks with 0, is without positions. */
    static Blueprint smollm3(Blueprint model) {
        ConfigJson json = model.json;
        IntPredicate turns = turns(json, model.layers);
        Integer window = windowOr(json, null);
        boolean windows = window != null && json.flag("use_sliding_window", false);
        model.kvHeads(4).contextLength(32_768);
        Rotary rotary = model.rope().withTheta("rope_theta", 2_000_000).read();
        return model.attentionBias()
                .mlpBias()
                .tied(true)
                .window(window, layer -> windows && !turns.test(layer))
                .rotary(layer -> turns.test(layer) ? rotary : null)
                .names(TensorNames.LLAMA);
    }

    private static IntPredicate turns(ConfigJson json, int layers) {
        List<JsonNode> marks = json.list("no_rope_layers");
        if (marks == null) {
            int interval = json.integer("no_rope_layer_interval", 4);
            return layer -> (layer + 1) % interval != 0;
        }
        json.require(
                marks.size() >= layers && marks.stream().allMatch(JsonNode::isIntegralNumber),
                "no_rope_layers",
                "a list of 0 or 1 for each layer");
        return layer -> marks.get(layer).longValue(1) != 0;
    }

    /** The window of the config, where null means none. */
    static @Nullable Integer windowOr(ConfigJson json, @Nullable Integer absent) {
        return json.mentions("sliding_window") ? json.integerOrNull("sliding_window") : absent;
    }
}
