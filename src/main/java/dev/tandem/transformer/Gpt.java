package dev.tandem.transformer;

import dev.tandem.transformer.ModelConfig.Fused;
import dev.tandem.transformer.ModelConfig.Norm;
import dev.tandem.transformer.TensorNames.Attention;
import dev.tandem.transformer.TensorNames.Mlp;
import dev.tandem.transformer.TensorNames.Norms;
import java.util.Map;

/** GPT-2 and GPT-NeoX: norms with mean and bias, plain MLPs, fused projections. */
final class Gpt {

    /** GPT-2's own words for what all others call alike. */
    private static final Map<String, String> GPT2_FIELDS = Map.of(
            "hidden_size", "n_embd",
            "num_attention_heads", "n_head",
            "num_hidden_layers", "n_layer",
            "max_position_embeddings", "n_positions",
            "intermediate_size", "n_inner");

    private static final TensorNames GPT2 = new TensorNames(
            "transformer.",
            "wte",
            "wpe",
            "h.%d.",
            new Norms("ln_1", null, "ln_2", null),
            Attention.fused("attn.c_attn", "attn.c_proj"),
            new Mlp(null, "mlp.c_fc", "mlp.c_proj"),
            null,
            "ln_f",
            "lm_head",
            true);

    private static final TensorNames GPT_NEOX = new TensorNames(
            "gpt_neox.",
            "embed_in",
            null,
            "layers.%d.",
            Norms.BEFORE,
            Attention.fused("attention.query_key_value", "attention.dense"),
            new Mlp(null, "mlp.dense_h_to_4h", "mlp.dense_4h_to_h"),
            null,
            "final_layer_norm",
            "embed_out",
            false);

    private Gpt() {}

    /** Learned positions, weights stored [in, out], a tied head. */
    static Blueprint gpt2(ConfigJson file) {
        ConfigJson json = file.withAliases(GPT2_FIELDS);
        var model = new Blueprint(json, "gpt2").equalHeads();
        double scale =
                json.flag("scale_attn_weights", true) ? 1 / Math.sqrt((double) model.hiddenSize / model.heads) : 1;
        boolean byLayer = json.flag("scale_attn_by_inverse_layer_idx", false);
        json.refuse(json.mentions("num_key_value_heads"), "num_key_value_heads", "none in GPT-2");
        return model.contextLength(1024)
                .intermediateSize(4 * model.hiddenSize)
                .norm(Norm.LAYER, "layer_norm_epsilon", 1e-5)
                .activation("activation_function", "gelu_new")
                .fused(Fused.BY_KIND, false)
                .attentionScale(layer -> byLayer ? scale / (layer + 1) : scale)
                .rotary(layer -> null)
                .biased(true, "c_attn", "c_proj", "c_fc")
                .tied(true)
                .names(GPT2);
    }

    /** Attention and MLP side by side; rotary positions on a quarter of each head. */
    static Blueprint gptNeox(Blueprint model) {
        ConfigJson json = model.json;
        model.equalHeads();
        Rotary rotary = model.rope()
                .withTheta("rotary_emb_base", 10_000)
                .withRotated("rotary_pct", 0.25)
                .read();
        return model.norm(Norm.LAYER, "layer_norm_eps", 1e-5)
                .activation("hidden_act", "gelu")
                .fused(Fused.BY_HEAD, false)
                .parallel(json.flag("use_parallel_residual", true))
                .rotary(layer -> rotary)
                .biased(json.flag("attention_bias", true), "query_key_value", "dense")
                .biased(true, "dense_h_to_4h", "dense_4h_to_h")
                .names(GPT_NEOX);
    }
}
