package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.BASE_MISMATCH;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_TENSOR;

import ai.djl.ndarray.types.Shape;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The tensors of a PEFT adapter, found to be what its config makes of the model; none is read yet. */
record LoraTensors(Safetensors stored, LoraConfig config, Map<String, int[]> modules) {

    private static final String PREFIX = "base_model.model.";

    /** @throws InvalidCheckpoint if a tensor is missing, has another shape than config and model make it, or has no place */
    static LoraTensors open(Path folder, ModelConfig model) {
        LoraConfig config = LoraConfig.read(folder);
        Map<String, int[]> modules = config.modules(model);
        var tensors = new LoraTensors(Safetensors.open(folder, "adapter_model"), config, modules);
        var expected = new LinkedHashMap<String, Shape>();
        modules.forEach((module, inOut) -> {
            expected.put(a(module), new Shape(config.r(), inOut[0]));
            expected.put(b(module), new Shape(inOut[1], config.r()));
        });
        tensors.check(expected, model);
        return tensors;
    }

    private void check(Map<String, Shape> expected, ModelConfig model) {
        var check = new TensorCheck(
                stored, "adapter_config.json (r = %d) on this %s model".formatted(config.r(), model.modelType()));
        check.require(expected);
        Map<Boolean, List<String>> surplus = stored.names().stream()
                .filter(name -> !expected.containsKey(name))
                .collect(Collectors.partitioningBy(name -> name.endsWith(a("")) || name.endsWith(b(""))));
        check.refuse(
                BASE_MISMATCH,
                surplus.getOrDefault(true, List.of()),
                "adapts what target_modules %s do not name in this %s model; is it an adapter of another model?"
                        .formatted(config.targets(), model.modelType()));
        check.refuse(
                UNSUPPORTED_TENSOR,
                surplus.getOrDefault(false, List.of()),
                "has no place in an adapter; only lora_A and lora_B matrices are supported");
        check.finish();
    }

    /** Name of A, (r, in). */
    static String a(String module) {
        return name(module, "lora_A");
    }

    /** Name of B, (out, r). */
    static String b(String module) {
        return name(module, "lora_B");
    }

    private static String name(String module, String matrix) {
        return (module.isEmpty() ? "" : PREFIX + module) + "." + matrix + ".weight";
    }

    List<StoredTensor> tensors() {
        return stored.all();
    }
}
