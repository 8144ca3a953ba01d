package dev.tandem.models;

import dev.tandem.spec.InvalidSpec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Holds a PEFT LoRA adapter against the model it is for: each A and B must fit together and fit a matrix of the base. */
final class AdapterCheck {

    static final String CONFIG = "adapter_config.json";
    static final String WEIGHTS = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";
    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

    private AdapterCheck() {}

    static Weights weights(Path folder, Weights base) {
        JsonNode config = JsonFile.read(folder.resolve(CONFIG));
        String type = config.path("peft_type").asString("");
        if (!type.equals("LORA")) {
            throw new InvalidSpec(
                    "files", "unsupported_adapter", "%s: peft_type must be LORA, was \"%s\"".formatted(CONFIG, type));
        }
        if (!Files.exists(folder.resolve(WEIGHTS))) {
            throw new InvalidSpec("files", "missing_file", WEIGHTS + " is missing; add it beside " + CONFIG);
        }
        var adapter = new Weights(SafetensorsHeader.read(folder.resolve(WEIGHTS)));
        long r = config.path("r").asLong(0);
        for (Map.Entry<String, TensorInfo> entry : adapter.tensors().entrySet()) {
            if (entry.getKey().endsWith(A)) {
                String module = entry.getKey().substring(0, entry.getKey().length() - A.length());
                checkPair(module, r, adapter, base);
            } else if (!entry.getKey().endsWith(B)) {
                throw new InvalidSpec(
                        "files",
                        "unsupported_tensor",
                        "%s holds \"%s\"; only lora_A and lora_B matrices are supported"
                                .formatted(WEIGHTS, entry.getKey()));
            }
        }
        return adapter;
    }

    private static void checkPair(String module, long r, Weights adapter, Weights base) {
        TensorInfo a = adapter.tensors().get(module + A); // (r, in)
        TensorInfo b = adapter.tensors().get(module + B); // (out, r)
        if (b == null || a == null) {
            throw new InvalidSpec("files", "missing_tensor", "%s has no \"%s\"".formatted(WEIGHTS, module + B));
        }
        String name = module.startsWith(PREFIX) ? module.substring(PREFIX.length()) : module;
        TensorInfo matrix = base.get(name + ".weight");
        if (matrix == null) {
            matrix = base.get(name.replaceFirst("^transformer\\.", "") + ".weight");
        }
        if (matrix == null) {
            throw new InvalidSpec(
                    "files",
                    "base_mismatch",
                    "%s adapts \"%s\", which base_model does not have; is it an adapter of another model?"
                            .formatted(WEIGHTS, name));
        }
        if (a.shape().size() != 2 || b.shape().size() != 2) {
            throw new InvalidSpec("files", "shape_mismatch", "\"%s\" must be two matrices".formatted(module));
        }
        long in = a.shape().get(1), out = b.shape().get(0);
        boolean fits = matrix.hasShape(out, in) || matrix.hasShape(in, out); // GPT-2 stores [in, out]
        if (!fits || a.shape().get(0) != r || b.shape().get(1) != r) {
            throw new InvalidSpec(
                    "files",
                    "shape_mismatch",
                    "adapter of \"%s\": A %s and B %s must have rank r = %d and fit the matrix %s of base_model"
                            .formatted(name, a.shape(), b.shape(), r, List.copyOf(matrix.shape())));
        }
    }
}
