package dev.tandem.transformer;

import dev.tandem.transformer.ModelConfig.Experts;
import dev.tandem.transformer.ModelConfig.Norm;
import dev.tandem.transformer.ModelConfig.Normed;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** Mixtures of experts. */
final class Mixtures {

    private static final TensorNames MIXTRAL = TensorNames.LLAMA.with(
            new TensorNames.Experts("block_sparse_moe.gate", "block_sparse_moe.experts.%d.", "w1", "w3", "w2"));

    private static final TensorNames QWEN3 = TensorNames.LLAMA.with(
            new TensorNames.Experts("mlp.gate", "mlp.experts.%d.", "gate_proj", "up_proj", "down_proj"));

    private Mixtures() {}

    /** Experts in every layer. */
    static Blueprint mixtral(Blueprint model) {
        ConfigJson json = model.json.withAliases(Map.of("num_local_experts", "num_experts"));
        json.refuse(json.number("router_jitter_noise", 0) != 0, "router_jitter_noise", "0");
        model.kvHeads(8).contextLength(131_072).norm(Norm.RMS, "rms_norm_eps", 1e-5);
        Rotary rotary = model.rope().withTheta("rope_theta", 1_000_000).read();
        var experts = new Experts(
                json.integer("num_local_experts", 8),
                json.integer("num_experts_per_tok", 2),
                json.integer("intermediate_size"),
                true);
        return model.rotary(layer -> rotary)
                .window(LlamaLike.windowOr(json, null))
                .experts(experts, layer -> true)
                .names(MIXTRAL);
    }

    /** Normalised queries and keys; experts in every {@code decoder_sparse_step}-th layer that is not named dense. */
    static Blueprint qwen3(Blueprint model) {
        ConfigJson json = model.json.withAliases(Map.of("num_local_experts", "num_experts"));
        var experts = new Experts(
                json.integer("num_local_experts", 128),
                json.integer("num_experts_per_tok", 8),
                json.integer("moe_intermediate_size", 768),
                json.flag("norm_topk_prob", false));
        Set<Integer> dense = denseLayers(json);
        int step = json.integer("decoder_sparse_step", 1);
        return model.kvHeads(4)
                .contextLength(32_768)
                .attentionBias()
                .attention(Normed.HEADS, null)
                .window(json.flag("use_sliding_window", false) ? LlamaLike.windowOr(json, 4096) : null)
                .experts(experts, layer -> !dense.contains(layer) && (layer + 1) % step == 0)
                .names(QWEN3);
    }

    private static Set<Integer> denseLayers(ConfigJson json) {
        List<JsonNode> layers = json.list("mlp_only_layers");
        var dense = new HashSet<Integer>();
        for (JsonNode layer : layers == null ? List.<JsonNode>of() : layers) {
            json.require(layer.canConvertToInt(), "mlp_only_layers", "a list of layers");
            dense.add(layer.intValue());
        }
        return dense;
    }
}
