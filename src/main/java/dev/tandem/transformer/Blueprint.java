package dev.tandem.transformer;

import dev.tandem.transformer.ModelConfig.Attention;
import dev.tandem.transformer.ModelConfig.Experts;
import dev.tandem.transformer.ModelConfig.FeedForward;
import dev.tandem.transformer.ModelConfig.Fused;
import dev.tandem.transformer.ModelConfig.Layer;
import dev.tandem.transformer.ModelConfig.Norm;
import dev.tandem.transformer.ModelConfig.Normed;
import dev.tandem.transformer.ModelConfig.Scales;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A model while its config is read: Llama's until its family says what differs. What a method calls {@code absent} is
 * the value of a field that the config leaves out, as the family's class in Transformers has it.
 */
final class Blueprint {

    private static final Map<String, Integer> ABSENT_PADS =
            Map.of("gemma2", 0, "gemma3_text", 0, "phi3", 32000, "olmo2", 1, "smollm3", 128004);

    final ConfigJson json;
    final int hiddenSize;
    final int heads;
    final int layers;
    private final String type;
    private final Set<String> biased = new HashSet<>();
    private TensorNames names = TensorNames.LLAMA;
    private int kvHeads;
    private int headDim;
    private int contextLength;
    private int absentIntermediateSize;
    private Norm norm = Norm.RMS;
    private double normEps;
    private Activation activation;
    private boolean fusedGate;
    private Fused fused = Fused.NOT;
    private Normed normed = Normed.NOTHING;
    private @Nullable Double softcap;
    private Scales scales = Scales.NONE;
    private boolean parallel;
    private boolean tied;
    private @Nullable Integer window;
    private IntPredicate windowed = layer -> false;
    private @Nullable IntFunction<@Nullable Rotary> rotary;
    private @Nullable IntToDoubleFunction attentionScale;
    private @Nullable Experts experts;
    private IntPredicate sparse = layer -> false;

    Blueprint(ConfigJson json, String type) {
        this.json = json;
        this.type = type;
        hiddenSize = json.integer("hidden_size");
        heads = json.integer("num_attention_heads");
        layers = json.integer("num_hidden_layers");
        ModelConfig.requireLayers(layers);
        kvHeads = json.integer("num_key_value_heads", heads);
        headDim = json.integer("head_dim", hiddenSize / heads);
        contextLength = json.integer("max_position_embeddings", 2048);
        normEps = json.positive("rms_norm_eps", 1e-6);
        activation = Activation.of(json, "hidden_act", "silu");
        tied = json.flag("tie_word_embeddings", false);
    }

    Blueprint names(TensorNames ofFamily) {
        names = ofFamily;
        return this;
    }

    /** Null means as many as there are heads, in every family. */
    Blueprint kvHeads(int absent) {
        kvHeads = json.mentions("num_key_value_heads") ? kvHeads : absent;
        return this;
    }

    Blueprint headDim(int absent) {
        headDim = json.integer("head_dim", absent);
        return this;
    }

    /** For families whose heads always share the hidden size among them. */
    Blueprint equalHeads() {
        ModelConfig.require(
                hiddenSize % heads == 0,
                "hidden_size (%d) must be a multiple of num_attention_heads (%d)".formatted(hiddenSize, heads));
        json.refuse(headDim != hiddenSize / heads, "head_dim", "hidden_size / num_attention_heads");
        return this;
    }

    Blueprint contextLength(int absent) {
        contextLength = json.integer("max_position_embeddings", absent);
        return this;
    }

    Blueprint intermediateSize(int absent) {
        absentIntermediateSize = absent;
        return this;
    }

    Blueprint norm(Norm kind, String epsField, double absentEps) {
        norm = kind;
        normEps = json.positive(epsField, absentEps);
        return this;
    }

    Blueprint activation(String field, String absent) {
        activation = Activation.of(json, field, absent);
        return this;
    }

    Blueprint tied(boolean absent) {
        tied = json.flag("tie_word_embeddings", absent);
        return this;
    }

    Blueprint biased(boolean are, String... modules) {
        biased.addAll(are ? Set.of(modules) : Set.of());
        return this;
    }

    /** {@code attention_bias}, which in most families is off and of all four projections. */
    Blueprint attentionBias() {
        return biased(json.flag("attention_bias", false), "q_proj", "k_proj", "v_proj", "o_proj");
    }

    Blueprint mlpBias() {
        return biased(json.flag("mlp_bias", false), "gate_proj", "up_proj", "down_proj");
    }

    Blueprint fused(Fused qkv, boolean gateAndUp) {
        fused = qkv;
        fusedGate = gateAndUp;
        return this;
    }

    /** @param cap of the attention scores; null for none */
    Blueprint attention(Normed queriesAndKeys, @Nullable Double cap) {
        normed = queriesAndKeys;
        softcap = cap;
        return this;
    }

    Blueprint scales(Scales ofFamily) {
        scales = ofFamily;
        return this;
    }

    Blueprint parallel(boolean halves) {
        parallel = halves;
        return this;
    }

    /** Factor of the attention scores of a layer. */
    Blueprint attentionScale(IntToDoubleFunction ofLayer) {
        attentionScale = ofLayer;
        return this;
    }

    /**
     * The layers with a window, which {@code layer_types} names or, where it is left out, {@code absent}.
     *
     * @param size of the window; null where there is none
     */
    Blueprint window(@Nullable Integer size, IntPredicate absent) {
        window = size;
        windowed = LayerTypes.read(json, layers).windowed(absent);
        return this;
    }

    /** One window in every layer, or in none. */
    Blueprint window(@Nullable Integer size) {
        window = size;
        windowed = layer -> size != null;
        return this;
    }

    boolean isWindowed(int layer) {
        return windowed.test(layer);
    }

    /** Rotary positions of a layer; null for none. */
    Blueprint rotary(IntFunction<@Nullable Rotary> ofLayer) {
        rotary = ofLayer;
        return this;
    }

    Blueprint experts(Experts mixture, IntPredicate inLayer) {
        experts = mixture;
        sparse = inLayer;
        return this;
    }

    RopeConfig rope() {
        ModelConfig.requireHeads(heads, headDim);
        return RopeConfig.of(json, headDim, contextLength);
    }

    ModelConfig build() {
        ModelConfig.requireHeads(heads, headDim);
        List<Layer> all = layers();
        boolean anyWindow = all.stream().anyMatch(Layer::windowed);
        json.require(!anyWindow || window != null, "sliding_window", "a size if layer_types names sliding_attention");
        LayerTypes.read(json, layers).requireSame(windowed);
        return new ModelConfig(
                type,
                json.integer("vocab_size"),
                hiddenSize,
                contextLength,
                new Attention(heads, kvHeads, headDim, softcap, fused, normed),
                norm,
                normEps,
                new FeedForward(intermediateSize(), activation, fusedGate, experts),
                scales,
                parallel,
                all,
                anyWindow ? window : null,
                Set.copyOf(biased),
                tied,
                frozenToken(),
                ModelConfig.dtype(json),
                names);
    }

    /** PyTorch counts a negative padding_idx from the end. */
    private @Nullable Integer frozenToken() {
        int vocabulary = json.integer("vocab_size");
        Integer pad = json.id("pad_token_id", ABSENT_PADS.get(type));
        if (pad == null || names.positions() != null || type.equals("gpt_neox") || Math.abs(pad) >= vocabulary) {
            return null;
        }
        return pad < 0 ? Integer.valueOf(vocabulary + pad) : pad;
    }

    private int intermediateSize() {
        return absentIntermediateSize > 0
                ? json.integer("intermediate_size", absentIntermediateSize)
                : json.integer("intermediate_size");
    }

    private List<Layer> layers() {
        Rotary everywhere = rotary == null ? rope().read() : null;
        double plainScale = 1 / Math.sqrt(headDim);
        var all = new ArrayList<Layer>();
        for (int i = 0; i < layers; i++) {
            all.add(new Layer(
                    windowed.test(i),
                    rotary == null ? everywhere : rotary.apply(i),
                    attentionScale == null ? plainScale : attentionScale.applyAsDouble(i),
                    sparse.test(i)));
        }
        return List.copyOf(all);
    }
}
