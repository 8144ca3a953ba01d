package dev.tandem.transformer;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a family keeps its tensors: module paths as in its checkpoints, without {@code .weight}.
 *
 * @param prefix of everything but the head; some checkpoints leave it out
 * @param positions learned position embedding; null with rotary positions
 * @param layer path of layer i, with {@code %d}
 * @param head the vocabulary head, without the prefix
 * @param transposed whether linear weights are stored [in, out], as GPT-2's Conv1D does
 */
record TensorNames(
        String prefix,
        String embeddings,
        @Nullable String positions,
        String layer,
        Norms norms,
        Attention attention,
        Mlp mlp,
        @Nullable Experts experts,
        String finalNorm,
        String head,
        boolean transposed) {

    /** The norms of a layer, around its two halves; null where there is none. */
    record Norms(
            @Nullable String beforeAttention,
            @Nullable String afterAttention,
            @Nullable String beforeMlp,
            @Nullable String afterMlp) {

        static final Norms BEFORE = new Norms("input_layernorm", null, "post_attention_layernorm", null);
        static final Norms AFTER = new Norms(null, "post_attention_layernorm", null, "post_feedforward_layernorm");
        static final Norms AROUND = new Norms(
                "input_layernorm",
                "post_attention_layernorm",
                "pre_feedforward_layernorm",
                "post_feedforward_layernorm");
    }

    /** @param qkv the fused projection, or {@code q}, {@code k} and {@code v} apart */
    record Attention(@Nullable String qkv, String q, String k, String v, String o, String qNorm, String kNorm) {

        static final Attention APART = fused(null, "self_attn.o_proj");

        static Attention fused(@Nullable String qkv, String o) {
            return new Attention(
                    qkv,
                    "self_attn.q_proj",
                    "self_attn.k_proj",
                    "self_attn.v_proj",
                    o,
                    "self_attn.q_norm",
                    "self_attn.k_norm");
        }
    }

    /**
     * @param gate null in a plain MLP and where it is fused
     * @param up gate and up together where they are fused
     */
    record Mlp(@Nullable String gate, String up, String down) {

        static final Mlp GATED = new Mlp("mlp.gate_proj", "mlp.up_proj", "mlp.down_proj");
    }

    /** @param expert path of expert i, with {@code %d} */
    record Experts(String router, String expert, String gate, String up, String down) {}

    static final TensorNames LLAMA = new TensorNames(
            "model.",
            "embed_tokens",
            null,
            "layers.%d.",
            Norms.BEFORE,
            Attention.APART,
            Mlp.GATED,
            null,
            "norm",
            "lm_head",
            false);

    TensorNames with(Norms other) {
        return copy(other, attention, mlp, experts);
    }

    TensorNames with(Attention otherAttention, Mlp otherMlp) {
        return copy(norms, otherAttention, otherMlp, experts);
    }

    TensorNames with(Experts other) {
        return copy(norms, attention, mlp, other);
    }

    private TensorNames copy(Norms newNorms, Attention newAttention, Mlp newMlp, @Nullable Experts newExperts) {
        return new TensorNames(
                prefix,
                embeddings,
                positions,
                layer,
                newNorms,
                newAttention,
                newMlp,
                newExperts,
                finalNorm,
                head,
                transposed);
    }

    Experts ofExperts() {
        return Objects.requireNonNull(experts, "names of experts in a family that has none");
    }

    String layerPath(int index) {
        return prefix + layer.formatted(index);
    }

    String embeddingWeight() {
        return prefix + embeddings + ".weight";
    }

    String headWeight(boolean tied) {
        return tied ? embeddingWeight() : head + ".weight";
    }
}
