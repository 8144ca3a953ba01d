package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model's parameters by the names of its checkpoint; a tied head is not among them. */
public final class Weights {

    private final Map<String, NDArray> tensors;

    private Weights(Map<String, NDArray> tensors) {
        this.tensors = Collections.unmodifiableMap(tensors);
    }

    /**
     * Loads a checkpoint in fp32.
     *
     * @param ops owns the weights
     * @param frozen whether the weights only serve forward passes; fp32 weights then stay in the mapped file
     * @throws InvalidCheckpoint if a tensor is missing, has another shape than the config makes it, or has no place
     */
    public static Weights load(Ops ops, ModelConfig config, Path folder, boolean frozen) {
        ModelTensors checked = ModelTensors.open(folder, config);
        var tensors = new LinkedHashMap<String, NDArray>();
        checked.names()
                .forEach((name, onDisk) -> tensors.put(name, checked.stored().fp32(ops, onDisk, frozen)));
        return new Weights(tensors);
    }

    /** Weights that exist already, as in a model that is made rather than loaded. */
    public static Weights of(Map<String, NDArray> tensors) {
        return new Weights(new LinkedHashMap<>(tensors));
    }

    /** The same weights, with others in the place of some. */
    Weights with(Map<String, NDArray> others) {
        var all = new LinkedHashMap<>(tensors);
        all.putAll(others);
        return new Weights(all);
    }

    public Map<String, NDArray> all() {
        return tensors;
    }

    public boolean has(String name) {
        return tensors.containsKey(name);
    }

    public NDArray get(String name) {
        NDArray tensor = tensors.get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("no tensor \"%s\" in the model".formatted(name));
        }
        return tensor;
    }
}
