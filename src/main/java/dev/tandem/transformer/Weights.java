package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** A model's parameters by the names of its checkpoint; a tied head is not among them. */
public final class Weights {

    /** Buffers that old checkpoints carry along; Transformers ignores them too. */
    private static final Pattern BUFFERS =
            Pattern.compile("(^|.*\\.)(rotary_emb\\.inv_freq|attn\\.bias|attn\\.masked_bias)");

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
        Safetensors stored = Safetensors.open(folder, "model");
        Map<String, Shape> expected = WeightShapes.of(config);
        String prefix = config.names().prefix();
        // GPT-2's first checkpoints name their tensors without the prefix.
        boolean bare = stored.names().stream().noneMatch(name -> name.startsWith(prefix));
        var tensors = new LinkedHashMap<String, NDArray>();
        var known = new HashSet<String>();
        expected.forEach((name, shape) -> {
            String onDisk = bare && name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            stored.require(onDisk, shape);
            known.add(onDisk);
            tensors.put(name, stored.fp32(ops, onDisk, frozen));
        });
        List<String> others = stored.names().stream()
                .filter(name -> !known.contains(name) && !BUFFERS.matcher(name).matches())
                .filter(name -> !(config.tied() && name.equals(TensorNames.HEAD + ".weight")))
                .toList();
        if (!others.isEmpty()) {
            throw new InvalidCheckpoint(
                    "tensor \"%s\" (and %d more) has no place in a %s model with this config.json; is it the right config?"
                            .formatted(others.getFirst(), others.size() - 1, config.modelType()));
        }
        return new Weights(tensors);
    }

    /** Weights that exist already, as in a model that is made rather than loaded. */
    public static Weights of(Map<String, NDArray> tensors) {
        return new Weights(new LinkedHashMap<>(tensors));
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
