package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_ARCHITECTURE;

import dev.tandem.transformer.ModelConfig.Activation;
import dev.tandem.transformer.ModelConfig.Mlp;
import dev.tandem.transformer.ModelConfig.Norm;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Model families: how each one's {@code config.json} maps to the features of {@link ModelConfig}. */
final class Families {

    private static final List<String> KNOWN = List.of("llama", "mistral", "qwen2", "gpt2");

    private Families() {}

    static ModelConfig read(ConfigJson config) {
        String type = config.oneOf(UNSUPPORTED_ARCHITECTURE, "model_type", config.text("model_type"), KNOWN);
        config.refuse(config.has("quantization_config"), "quantization_config", "unquantized weights");
        return type.equals("gpt2") ? gpt2(config) : llama(config, type);
    }

    /** Llama and those that differ from it in flags: Qwen2 (biases on q, k, v) and Mistral (sliding window). */
    private static ModelConfig llama(ConfigJson config, String type) {
        int hidden = config.integer("hidden_size");
        int heads = config.integer("num_attention_heads");
        int headDim = config.integer("head_dim", hidden / heads);
        ModelConfig.requireHeads(heads, headDim);
        int context = config.integer("max_position_embeddings");
        return new ModelConfig(
                type,
                config.integer("vocab_size"),
                hidden,
                config.integer("num_hidden_layers"),
                heads,
                config.integer("num_key_value_heads", heads),
                headDim,
                config.integer("intermediate_size"),
                context,
                Norm.RMS,
                config.positive("rms_norm_eps", 1e-6),
                Mlp.GATED,
                Activation.of(config, "hidden_act", "silu"),
                Rotary.read(config, headDim, context),
                1 / Math.sqrt(headDim),
                slidingWindow(config, type),
                biases(config, type),
                config.flag("tie_word_embeddings", false),
                ModelConfig.dtype(config),
                TensorNames.LLAMA);
    }

    private static @Nullable Integer slidingWindow(ConfigJson config, String type) {
        boolean used = switch (type) {
            case "mistral" -> config.has("sliding_window");
            case "qwen2" -> config.flag("use_sliding_window", false);
            default -> false;
        };
        config.refuse(used && type.equals("qwen2"), "use_sliding_window", "false");
        return used ? Integer.valueOf(config.integer("sliding_window")) : null;
    }

    private static Set<String> biases(ConfigJson config, String type) {
        var biased = new HashSet<String>();
        if (type.equals("qwen2")) {
            biased.addAll(Set.of("q_proj", "k_proj", "v_proj"));
        } else if (config.flag("attention_bias", false)) {
            biased.addAll(Set.of("q_proj", "k_proj", "v_proj", "o_proj"));
        }
        if (config.flag("mlp_bias", false)) {
            biased.addAll(Set.of("gate_proj", "up_proj", "down_proj"));
        }
        return biased;
    }

    private static ModelConfig gpt2(ConfigJson config) {
        int hidden = config.integer("n_embd");
        int heads = config.integer("n_head");
        if (hidden % heads != 0) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE,
                    "config.json: n_embd (%d) must be a multiple of n_head (%d)".formatted(hidden, heads));
        }
        config.refuse(
                config.flag("scale_attn_by_inverse_layer_idx", false), "scale_attn_by_inverse_layer_idx", "false");
        config.refuse(!config.flag("scale_attn_weights", true), "scale_attn_weights", "true");
        config.refuse(config.flag("add_cross_attention", false), "add_cross_attention", "false");
        return new ModelConfig(
                "gpt2",
                config.integer("vocab_size"),
                hidden,
                config.integer("n_layer"),
                heads,
                heads,
                hidden / heads,
                config.integer("n_inner", 4 * hidden),
                config.integer("n_positions"),
                Norm.LAYER,
                config.positive("layer_norm_epsilon", 1e-5),
                Mlp.PLAIN,
                Activation.of(config, "activation_function", "gelu_new"),
                null,
                1 / Math.sqrt((double) hidden / heads),
                null,
                Set.of("c_attn", "c_proj", "c_fc"),
                config.flag("tie_word_embeddings", true),
                ModelConfig.dtype(config),
                TensorNames.GPT2);
    }
}
