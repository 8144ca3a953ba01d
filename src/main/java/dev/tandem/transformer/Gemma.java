package dev.tandem.transformer;

import dev.tandem.transformer.ModelConfig.Norm;
import dev.tandem.transformer.ModelConfig.Normed;
import dev.tandem.transformer.ModelConfig.Scales;
import dev.tandem.transformer.TensorNames.Norms;
import org.jspecify.annotations.Nullable;

/**
 * Gemma: norms before and after both halves of a layer with weights counted from 1, scaled embeddings, and layers with
 * and without a window in turn.
 */
final class Gemma {

    private Gemma() {}

    /** Soft caps on attention scores and logits; every second layer without a window. */
    static Blueprint gemma2(Blueprint model) {
        return gemma(model, 30.0)
                .contextLength(8192)
                .attention(Normed.NOTHING, model.json.positiveOrNull("attn_logit_softcapping", 50.0))
                .window(LlamaLike.windowOr(model.json, 4096), layer -> layer % 2 == 0);
    }

    /** Normalised queries and keys; two rotary bases, one for each type of layer. */
    static Blueprint gemma3(Blueprint model) {
        ConfigJson json = model.json;
        // Transformers reads this field and then does not use it: neither meaning is safe to take.
        json.refuse(json.has("attn_logit_softcapping"), "attn_logit_softcapping", "null");
        int pattern = json.integer("sliding_window_pattern", 6);
        gemma(model, null)
                .contextLength(131_072)
                .attention(Normed.HEADS, null)
                .window(LlamaLike.windowOr(json, 4096), layer -> (layer + 1) % pattern != 0);
        Rotary windowed = rotary(model, "sliding_attention", "rope_local_base_freq", 10_000);
        Rotary full = rotary(model, "full_attention", "rope_theta", 1_000_000);
        return model.rotary(layer -> model.isWindowed(layer) ? windowed : full);
    }

    private static Rotary rotary(Blueprint model, String type, String thetaField, double absent) {
        ConfigJson all = model.json.object("rope_parameters");
        all.refuse(all.has("rope_theta"), "rope_theta", "one base for each type of layer");
        ConfigJson old = model.json.object("rope_scaling");
        ConfigJson own = type.equals("full_attention") && !old.json().isEmpty() ? old : all.object(type);
        return model.rope().withTheta(thetaField, absent).read(own);
    }

    private static Blueprint gemma(Blueprint model, @Nullable Double logitCap) {
        double scale = 1 / Math.sqrt(model.json.positive("query_pre_attn_scalar", 256));
        return model.kvHeads(4)
                .headDim(256)
                .tied(true)
                .activation("hidden_activation", "gelu_pytorch_tanh")
                .norm(Norm.RMS_FROM_ONE, "rms_norm_eps", 1e-6)
                .attentionBias()
                .attentionScale(layer -> scale)
                .scales(new Scales(
                        (float) Math.sqrt(model.hiddenSize),
                        1,
                        1,
                        model.json.positiveOrNull("final_logit_softcapping", logitCap)))
                .names(TensorNames.LLAMA.with(Norms.AROUND));
    }
}
