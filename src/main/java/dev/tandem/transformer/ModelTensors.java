package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_TENSOR;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The tensors of a full checkpoint, found to be what its config makes them; none is read yet.
 *
 * @param names each parameter's name in the checkpoint, by its name in the model
 */
record ModelTensors(Safetensors stored, Map<String, String> names) {

    /** Buffers that old checkpoints carry along; Transformers ignores them too. */
    private static final Pattern BUFFERS =
            Pattern.compile("(^|.*\\.)(rotary_emb\\.inv_freq|(attn|attention)\\.(bias|masked_bias))");

    /** @throws InvalidCheckpoint if a tensor is missing, has another shape than the config makes it, or has no place */
    static ModelTensors open(Path folder, ModelConfig config) {
        Safetensors stored = Safetensors.open(folder, "model");
        String prefix = config.names().prefix();
        // GPT-2's first checkpoints name their tensors without the prefix.
        boolean bare = stored.has(config.names().embeddings() + ".weight");
        var names = new LinkedHashMap<String, String>();
        var expected = new LinkedHashMap<String, Shape>();
        WeightShapes.of(config).forEach((name, shape) -> {
            String onDisk = bare && name.startsWith(prefix) ? name.substring(prefix.length()) : name;
            names.put(name, onDisk);
            expected.put(onDisk, shape);
        });
        var check = new TensorCheck(stored, "config.json (model_type %s)".formatted(config.modelType()));
        check.require(expected);
        check.refuse(
                UNSUPPORTED_TENSOR,
                surplus(stored, expected, config),
                "has no place in a %s model with this config.json; is it the right config?"
                        .formatted(config.modelType()));
        check.finish();
        return new ModelTensors(stored, names);
    }

    private static List<String> surplus(Safetensors stored, Map<String, Shape> expected, ModelConfig config) {
        return stored.names().stream()
                .filter(name -> !expected.containsKey(name))
                .filter(name -> !BUFFERS.matcher(name).matches())
                .filter(name -> !(config.tied() && name.equals(config.names().headWeight(false))))
                .toList();
    }

    List<StoredTensor> tensors() {
        return names.values().stream()
                .flatMap(name -> Stream.ofNullable(stored.find(name)))
                .toList();
    }
}
