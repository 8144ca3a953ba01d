package dev.tandem.transformer;

import ai.djl.ndarray.types.Shape;
import dev.tandem.transformer.ModelConfig.Attention;
import dev.tandem.transformer.ModelConfig.Experts;
import dev.tandem.transformer.ModelConfig.Layer;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which tensors a model with a given config consists of, and their shapes. */
public final class WeightShapes {

    private final ModelConfig config;
    private final TensorNames names;
    private final Map<String, Shape> shapes = new LinkedHashMap<>();

    private WeightShapes(ModelConfig config) {
        this.config = config;
        this.names = config.names();
    }

    /** In the order of the forward pass; a tied head is left out. */
    public static Map<String, Shape> of(ModelConfig config) {
        var shapes = new WeightShapes(config);
        shapes.model();
        return shapes.shapes;
    }

    private void model() {
        int hidden = config.hiddenSize();
        put(names.embeddingWeight(), config.vocabSize(), hidden);
        if (names.positions() != null) {
            put(names.prefix() + names.positions() + ".weight", config.contextLength(), hidden);
        }
        for (int i = 0; i < config.layers().size(); i++) {
            layer(names.layerPath(i), config.layers().get(i));
        }
        norm(names.prefix(), names.finalNorm());
        if (!config.tied()) {
            put(names.headWeight(false), config.vocabSize(), hidden);
        }
    }

    private void layer(String path, Layer layer) {
        TensorNames.Norms norms = names.norms();
        norm(path, norms.beforeAttention());
        attention(path).forEach(this::linear);
        queryAndKeyNorms(path);
        norm(path, norms.afterAttention());
        norm(path, norms.beforeMlp());
        mlp(path, layer).forEach(this::linear);
        if (layer.sparse()) {
            experts(path, config.experts());
        }
        norm(path, norms.afterMlp());
    }

    /**
     * The linear layers but the head, module path to in and out features. Experts and their routers are none, since
     * Transformers keeps them as parameters of other modules, which an adapter of linear layers does not reach.
     */
    static Map<String, int[]> linears(ModelConfig config) {
        var shapes = new WeightShapes(config);
        var linears = new LinkedHashMap<String, int[]>();
        for (int i = 0; i < config.layers().size(); i++) {
            String path = config.names().layerPath(i);
            linears.putAll(shapes.attention(path));
            linears.putAll(shapes.mlp(path, config.layers().get(i)));
        }
        return linears;
    }

    /** Weights that every token is multiplied with, biases and the head left out; of experts, as many as a token takes. */
    public static long linearWeights(ModelConfig config) {
        long dense = linears(config).values().stream()
                .mapToLong(inOut -> (long) inOut[0] * inOut[1])
                .sum();
        long sparse = config.layers().stream().filter(Layer::sparse).count();
        if (sparse == 0) {
            return dense;
        }
        Experts experts = config.experts();
        return dense + sparse * 3 * experts.perToken() * experts.intermediateSize() * config.hiddenSize();
    }

    private Map<String, int[]> attention(String path) {
        int hidden = config.hiddenSize();
        Attention attention = config.attention();
        int q = attention.heads() * attention.headDim();
        int kv = attention.kvHeads() * attention.headDim();
        TensorNames.Attention modules = names.attention();
        var linears = new LinkedHashMap<String, int[]>();
        if (modules.qkv() != null) {
            linears.put(path + modules.qkv(), new int[] {hidden, q + 2 * kv});
        } else {
            linears.put(path + modules.q(), new int[] {hidden, q});
            linears.put(path + modules.k(), new int[] {hidden, kv});
            linears.put(path + modules.v(), new int[] {hidden, kv});
        }
        linears.put(path + modules.o(), new int[] {q, hidden});
        return linears;
    }

    private void queryAndKeyNorms(String path) {
        Attention attention = config.attention();
        switch (attention.normed()) {
            case NOTHING -> {}
            case HEADS -> queryAndKeyNorms(path, attention.headDim(), attention.headDim());
            case PROJECTION ->
                queryAndKeyNorms(
                        path, attention.heads() * attention.headDim(), attention.kvHeads() * attention.headDim());
        }
    }

    private void queryAndKeyNorms(String path, int q, int k) {
        put(path + names.attention().qNorm() + ".weight", q);
        put(path + names.attention().kNorm() + ".weight", k);
    }

    private Map<String, int[]> mlp(String path, Layer layer) {
        int hidden = config.hiddenSize();
        int inner = config.mlp().intermediateSize();
        var linears = new LinkedHashMap<String, int[]>();
        if (layer.sparse()) {
            return linears;
        }
        if (names.mlp().gate() != null) {
            linears.put(path + names.mlp().gate(), new int[] {hidden, inner});
        }
        linears.put(path + names.mlp().up(), new int[] {hidden, config.mlp().fused() ? 2 * inner : inner});
        linears.put(path + names.mlp().down(), new int[] {inner, hidden});
        return linears;
    }

    private void experts(String path, Experts experts) {
        TensorNames.Experts modules = names.ofExperts();
        put(path + modules.router() + ".weight", experts.count(), config.hiddenSize());
        for (int i = 0; i < experts.count(); i++) {
            String expert = path + modules.expert().formatted(i);
            put(expert + modules.gate() + ".weight", experts.intermediateSize(), config.hiddenSize());
            put(expert + modules.up() + ".weight", experts.intermediateSize(), config.hiddenSize());
            put(expert + modules.down() + ".weight", config.hiddenSize(), experts.intermediateSize());
        }
    }

    private void linear(String path, int[] inOut) {
        put(path + ".weight", names.transposed() ? inOut[0] : inOut[1], names.transposed() ? inOut[1] : inOut[0]);
        if (config.hasBias(path)) {
            put(path + ".bias", inOut[1]);
        }
    }

    private void norm(String path, @Nullable String module) {
        if (module == null) {
            return;
        }
        put(path + module + ".weight", config.hiddenSize());
        if (config.norm() == ModelConfig.Norm.LAYER) {
            put(path + module + ".bias", config.hiddenSize());
        }
    }

    private void put(String name, long... shape) {
        shapes.put(name, new Shape(shape));
    }
}
