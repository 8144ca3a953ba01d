package dev.tandem.models;

import java.util.LinkedHashMap;
import java.util.Map;

/** The tensors that a config calls for, by the checkpoint's own names, each with its shape. */
final class ExpectedTensors {

    private final CheckpointConfig config;
    private final Map<String, long[]> shapes = new LinkedHashMap<>();

    private ExpectedTensors(CheckpointConfig config) {
        this.config = config;
    }

    /** @param gpt2Prefix {@code transformer.} or nothing: GPT-2 is published both ways */
    static Map<String, long[]> of(CheckpointConfig config, String gpt2Prefix) {
        var expected = new ExpectedTensors(config);
        if (config.isGpt2()) {
            expected.gpt2(gpt2Prefix);
        } else {
            expected.llama();
        }
        return expected.shapes;
    }

    private void llama() {
        long hidden = config.hiddenSize();
        long heads = config.positive("num_attention_heads");
        long kvHeads = config.optional("num_key_value_heads").orElse(heads);
        long headSize = config.optional("head_dim").orElse(hidden / heads);
        long inner = config.positive("intermediate_size");
        put("model.embed_tokens.weight", config.vocabSize(), hidden);
        for (int i = 0; i < config.layers(); i++) {
            String layer = "model.layers." + i + ".";
            put(layer + "input_layernorm.weight", hidden);
            put(layer + "self_attn.q_proj.weight", heads * headSize, hidden);
            put(layer + "self_attn.k_proj.weight", kvHeads * headSize, hidden);
            put(layer + "self_attn.v_proj.weight", kvHeads * headSize, hidden);
            put(layer + "self_attn.o_proj.weight", hidden, heads * headSize);
            put(layer + "post_attention_layernorm.weight", hidden);
            put(layer + "mlp.gate_proj.weight", inner, hidden);
            put(layer + "mlp.up_proj.weight", inner, hidden);
            put(layer + "mlp.down_proj.weight", hidden, inner);
        }
        put("model.norm.weight", hidden);
        if (!config.tied()) {
            put("lm_head.weight", config.vocabSize(), hidden);
        }
    }

    private void gpt2(String prefix) {
        long hidden = config.hiddenSize();
        long inner = config.optional("n_inner").orElse(4 * hidden);
        put(prefix + "wte.weight", config.vocabSize(), hidden);
        put(prefix + "wpe.weight", config.contextLength(), hidden);
        for (int i = 0; i < config.layers(); i++) {
            String layer = prefix + "h." + i + ".";
            norm(layer + "ln_1", hidden);
            conv1d(layer + "attn.c_attn", hidden, 3 * hidden);
            conv1d(layer + "attn.c_proj", hidden, hidden);
            norm(layer + "ln_2", hidden);
            conv1d(layer + "mlp.c_fc", hidden, inner);
            conv1d(layer + "mlp.c_proj", inner, hidden);
        }
        norm(prefix + "ln_f", hidden);
    }

    private void norm(String name, long size) {
        put(name + ".weight", size);
        put(name + ".bias", size);
    }

    /** GPT-2 keeps its matrices [in, out]. */
    private void conv1d(String name, long in, long out) {
        put(name + ".weight", in, out);
        put(name + ".bias", out);
    }

    private void put(String name, long... shape) {
        shapes.put(name, shape);
    }
}
