package dev.tandem.transformer;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;

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
        put(names.prefix() + names.embeddings() + ".weight", config.vocabSize(), hidden);
        if (names.positions() != null) {
            put(names.prefix() + names.positions() + ".weight", config.contextLength(), hidden);
        }
        for (int i = 0; i < config.layers(); i++) {
            layer(names.layerPath(i));
        }
        norm(names.prefix() + names.finalNorm());
        if (!config.tied()) {
            put(TensorNames.HEAD + ".weight", config.vocabSize(), hidden);
        }
    }

    private void layer(String path) {
        norm(path + names.attentionNorm());
        linears(path).forEach(this::linear);
        norm(path + names.mlpNorm());
    }

    /** The linear layers but the head: module path to in and out features. */
    static Map<String, int[]> linears(ModelConfig config) {
        var shapes = new WeightShapes(config);
        var linears = new LinkedHashMap<String, int[]>();
        for (int i = 0; i < config.layers(); i++) {
            linears.putAll(shapes.linears(config.names().layerPath(i)));
        }
        return linears;
    }

    /** Weights that every token is multiplied with, biases and the head left out. */
    public static long linearWeights(ModelConfig config) {
        return linears(config).values().stream()
                .mapToLong(inOut -> (long) inOut[0] * inOut[1])
                .sum();
    }

    private Map<String, int[]> linears(String path) {
        int hidden = config.hiddenSize();
        int q = config.heads() * config.headDim();
        int kv = config.kvHeads() * config.headDim();
        var linears = new LinkedHashMap<String, int[]>();
        if (names.qkv() != null) {
            linears.put(path + names.qkv(), new int[] {hidden, q + 2 * kv});
        } else {
            linears.put(path + names.q(), new int[] {hidden, q});
            linears.put(path + names.k(), new int[] {hidden, kv});
            linears.put(path + names.v(), new int[] {hidden, kv});
        }
        linears.put(path + names.o(), new int[] {q, hidden});
        if (names.gate() != null) {
            linears.put(path + names.gate(), new int[] {hidden, config.intermediateSize()});
        }
        linears.put(path + names.up(), new int[] {hidden, config.intermediateSize()});
        linears.put(path + names.down(), new int[] {config.intermediateSize(), hidden});
        return linears;
    }

    private void linear(String path, int[] inOut) {
        put(path + ".weight", names.transposed() ? inOut[0] : inOut[1], names.transposed() ? inOut[1] : inOut[0]);
        if (config.hasBias(path)) {
            put(path + ".bias", inOut[1]);
        }
    }

    private void norm(String path) {
        put(path + ".weight", config.hiddenSize());
        if (config.norm() == ModelConfig.Norm.LAYER) {
            put(path + ".bias", config.hiddenSize());
        }
    }

    private void put(String name, long... shape) {
        shapes.put(name, new Shape(shape));
    }
}
