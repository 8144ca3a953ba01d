package dev.tandem.transformer;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a family keeps its tensors: module paths as in its checkpoints, without {@code .weight}.
 *
 * @param prefix of everything but the head; some checkpoints leave it out
 * @param positions learned position embedding; null with rotary positions
 * @param layer path of layer i, with {@code %d}
 * @param qkv one fused projection; null where q, k and v are apart
 * @param gate null in a plain MLP
 * @param transposed whether linear weights are stored [in, out], as GPT-2's Conv1D does
 * @param loraTargets modules that PEFT adapts when none are named
 */
record TensorNames(
        String prefix,
        String embeddings,
        @Nullable String positions,
        String layer,
        String attentionNorm,
        @Nullable String qkv,
        String q,
        String k,
        String v,
        String o,
        String mlpNorm,
        @Nullable String gate,
        String up,
        String down,
        String finalNorm,
        boolean transposed,
        List<String> loraTargets) {

    static final String HEAD = "lm_head";

    static final TensorNames LLAMA = new TensorNames(
            "model.",
            "embed_tokens",
            null,
            "layers.%d.",
            "input_layernorm",
            null,
            "self_attn.q_proj",
            "self_attn.k_proj",
            "self_attn.v_proj",
            "self_attn.o_proj",
            "post_attention_layernorm",
            "mlp.gate_proj",
            "mlp.up_proj",
            "mlp.down_proj",
            "norm",
            false,
            List.of("q_proj", "v_proj"));

    static final TensorNames GPT2 = new TensorNames(
            "transformer.",
            "wte",
            "wpe",
            "h.%d.",
            "ln_1",
            "attn.c_attn",
            "",
            "",
            "",
            "attn.c_proj",
            "ln_2",
            null,
            "mlp.c_fc",
            "mlp.c_proj",
            "ln_f",
            true,
            List.of("c_attn"));

    String layerPath(int layer) {
        return prefix + this.layer.formatted(layer);
    }
}
