package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.BASE_MISMATCH;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.MISSING_FIELD;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_ADAPTER;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Shape of a low-rank adapter, as in PEFT's {@code adapter_config.json}.
 *
 * @param targets modules to adapt, by the end of their path; {@code all-linear} for all but the head
 * @param baseModel name of the model that it was made for, for {@code adapter_config.json}
 */
public record LoraConfig(
        int r, double alpha, List<String> targets, @Nullable String baseModel) {

    /** PEFT options that change what the adapter computes and are not implemented, with the value that turns each off. */
    private static final Map<String, String> UNSUPPORTED = Map.of(
            "use_dora", "false",
            "use_rslora", "false",
            "modules_to_save", "null",
            "layers_to_transform", "null",
            "layer_replication", "null",
            "rank_pattern", "{}",
            "alpha_pattern", "{}",
            "target_parameters", "null",
            "exclude_modules", "null",
            "lora_bias", "false");

    /** @throws InvalidCheckpoint naming the option that is missing or not supported */
    static LoraConfig read(Path folder) {
        ConfigJson config = ConfigJson.read(folder.resolve("adapter_config.json"));
        config.oneOf(UNSUPPORTED_ADAPTER, "peft_type", config.text("peft_type"), List.of("LORA"));
        config.oneOf("bias", config.text("bias", "none"), List.of("none"));
        UNSUPPORTED.forEach((name, off) -> {
            JsonNode value = config.find(name);
            boolean empty =
                    value == null || value.isContainer() && value.isEmpty() || value.isBoolean() && !value.asBoolean();
            config.refuse(!empty, name, off);
        });
        return new LoraConfig(
                config.integer("r"),
                config.number("lora_alpha", 8),
                targets(config),
                config.text("base_model_name_or_path", ""));
    }

    private static List<String> targets(ConfigJson config) {
        JsonNode modules = config.find("target_modules");
        if (modules == null) {
            throw new InvalidCheckpoint(
                    MISSING_FIELD, "adapter_config.json has no target_modules; the adapter cannot be built without");
        }
        List<JsonNode> targets = modules.isArray() ? List.copyOf(modules.values()) : List.of(modules);
        if (!targets.stream().allMatch(JsonNode::isString)) {
            throw new InvalidCheckpoint(
                    INVALID_VALUE,
                    "target_modules in adapter_config.json must be names of modules, was %s".formatted(modules));
        }
        return targets.stream().map(JsonNode::stringValue).toList();
    }

    /** Whether both change the same modules of the model in the same way. */
    public boolean sameAs(LoraConfig other, ModelConfig model) {
        return r == other.r
                && alpha == other.alpha
                && modules(model).keySet().equals(other.modules(model).keySet());
    }

    /** Modules of the model that the adapter changes, with their in and out features. */
    Map<String, int[]> modules(ModelConfig model) {
        var modules = new LinkedHashMap<String, int[]>();
        WeightShapes.linears(model).forEach((module, inOut) -> {
            if (targets.stream().anyMatch(target -> names(target, module))) {
                modules.put(module, inOut);
            }
        });
        if (modules.isEmpty()) {
            throw new InvalidCheckpoint(
                    BASE_MISMATCH,
                    "target_modules %s match no linear layer of this %s model, whose layers are like %s; is it an adapter of another model?"
                            .formatted(
                                    targets,
                                    model.modelType(),
                                    WeightShapes.linears(model)
                                            .keySet()
                                            .iterator()
                                            .next()));
        }
        return modules;
    }

    private static boolean names(String target, String module) {
        return target.equals("all-linear") || module.equals(target) || module.endsWith("." + target);
    }

    Map<String, @Nullable Object> toJson(ModelConfig model) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("base_model_name_or_path", baseModel);
        json.put("bias", "none");
        json.put("fan_in_fan_out", model.names().transposed());
        json.put("inference_mode", true);
        json.put("init_lora_weights", true);
        json.put("lora_alpha", alpha == Math.rint(alpha) ? (Object) (long) alpha : alpha);
        json.put("lora_dropout", 0.0);
        json.put("modules_to_save", null);
        json.put("peft_type", "LORA");
        json.put("r", r);
        json.put(
                "target_modules",
                modules(model).keySet().stream()
                        .map(module -> module.substring(module.lastIndexOf('.') + 1))
                        .distinct()
                        .toList());
        json.put("task_type", "CAUSAL_LM");
        json.put("use_dora", false);
        json.put("use_rslora", false);
        return json;
    }
}
