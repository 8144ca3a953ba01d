package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.BASE_MISMATCH;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_TENSOR;

import ai.djl.ndarray.types.Shape;
import dev.tandem.transformer.LoraModules.Kind;
import dev.tandem.transformer.LoraModules.Target;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The tensors of a PEFT adapter, found to be what its config makes of the model; none is read yet. */
record LoraTensors(Safetensors stored, LoraModules modules) {

    private static final String PREFIX = "base_model.model.";

    private static final Pattern ADAPTING = Pattern.compile(
            ".*\\.(lora_A\\.weight|lora_B\\.weight|lora_embedding_A|lora_embedding_B|lora_magnitude_vector)");

    /** With bias = all PEFT stores the biases of a saved module three times. */
    private static final Pattern DOUBLE = Pattern.compile(".*\\.(original_module|modules_to_save)\\..*bias");

    /** @throws InvalidCheckpoint if a tensor is missing, has another shape than config and model make it, or has no place */
    static LoraTensors open(Path folder, ModelConfig model) {
        LoraModules modules = LoraModules.of(LoraConfig.read(folder), model, false);
        var tensors = new LoraTensors(Safetensors.open(folder, "adapter_model"), modules);
        tensors.check(model);
        return tensors;
    }

    private void check(ModelConfig model) {
        Map<String, Shape> expected = shapes(modules);
        var optional = new LinkedHashMap<String, Shape>();
        modules.targets().forEach((module, target) -> optional.put(base(module), weight(target)));
        // PEFT before 0.21 forgot the biases of lora_only.
        if (modules.biases().keySet().stream().noneMatch(name -> stored.has(bias(modules, name)))
                && modules.config().bias() == LoraConfig.Bias.LORA_ONLY) {
            modules.biases().keySet().forEach(name -> expected.remove(bias(modules, name)));
        }
        optional.keySet().removeIf(name -> !stored.has(name));
        var check = new TensorCheck(
                stored,
                "adapter_config.json (r = %d) on this %s model"
                        .formatted(modules.config().r(), model.modelType()));
        check.require(expected);
        check.require(optional);
        Map<Boolean, List<String>> surplus = stored.names().stream()
                .filter(name -> !expected.containsKey(name) && !optional.containsKey(name))
                .filter(name -> !DOUBLE.matcher(name).matches())
                .collect(
                        Collectors.partitioningBy(name -> ADAPTING.matcher(name).matches()));
        check.refuse(
                BASE_MISMATCH,
                surplus.getOrDefault(true, List.of()),
                "adapts what target_modules do not name in this %s model; is it an adapter of another model?"
                        .formatted(model.modelType()));
        check.refuse(
                UNSUPPORTED_TENSOR,
                surplus.getOrDefault(false, List.of()),
                "has no place in this adapter; beside lora_A and lora_B matrices there are only what use_dora, bias and modules_to_save call for");
        check.finish();
    }

    /** Every tensor that PEFT stores for these modules, by its name. */
    static Map<String, Shape> shapes(LoraModules modules) {
        var shapes = new LinkedHashMap<String, Shape>();
        modules.targets().forEach((module, target) -> {
            shapes.put(a(module, target), new Shape(target.r(), target.in()));
            shapes.put(b(module, target), new Shape(target.out(), target.r()));
            if (modules.config().dora()) {
                shapes.put(magnitude(module), new Shape(target.out()));
            }
        });
        modules.biases().forEach((name, shape) -> shapes.put(bias(modules, name), shape));
        modules.saved().forEach((name, shape) -> shapes.put(saved(name), shape));
        return shapes;
    }

    /** Name of A, (r, in). */
    static String a(String module, Target target) {
        return PREFIX + module + (target.kind() == Kind.EMBEDDING ? ".lora_embedding_A" : ".lora_A.weight");
    }

    /** Name of B, (out, r). */
    static String b(String module, Target target) {
        return PREFIX + module + (target.kind() == Kind.EMBEDDING ? ".lora_embedding_B" : ".lora_B.weight");
    }

    /** Name of DoRA's magnitudes, (out). */
    static String magnitude(String module) {
        return PREFIX + module + ".lora_magnitude_vector";
    }

    /** Name of a copy of an adapted module's own weight, which PEFT adds where embeddings are adapted. */
    static String base(String module) {
        return PREFIX + module + ".base_layer.weight";
    }

    private static Shape weight(Target target) {
        return target.transposed() ? new Shape(target.in(), target.out()) : new Shape(target.out(), target.in());
    }

    /** Name of a trained bias; in an adapted module it lies a level deeper. */
    static String bias(LoraModules modules, String parameter) {
        String module = parameter.substring(0, parameter.lastIndexOf('.'));
        return PREFIX + module + (modules.targets().containsKey(module) ? ".base_layer.bias" : ".bias");
    }

    /** Name of a parameter of a module that is saved whole. */
    static String saved(String parameter) {
        return PREFIX + parameter;
    }

    List<StoredTensor> tensors() {
        return stored.all();
    }
}
