package dev.tandem.transformer;

import dev.tandem.transformer.LoraModules.Kind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@code adapter_config.json} says of an adapter, in PEFT's fields. */
final class LoraConfigFile {

    private LoraConfigFile() {}

    /** @param baseModel name or folder of the model that the adapter is for */
    static Map<String, @Nullable Object> json(LoraModules modules, String baseModel) {
        LoraConfig config = modules.config();
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("alpha_pattern", config.alphas());
        json.put("auto_mapping", null);
        json.put("base_model_name_or_path", baseModel);
        json.put("bias", config.bias().word());
        json.put("ensure_weight_tying", config.tying());
        json.put(
                "exclude_modules",
                config.excluded() == null ? null : config.excluded().json());
        json.put("inference_mode", true);
        json.put(
                "init_lora_weights",
                config.init().equals("true") || config.init().equals("false")
                        ? (Object) Boolean.valueOf(config.init())
                        : config.init());
        json.put("layer_replication", null);
        json.put("layers_pattern", config.layersPattern().isEmpty() ? null : config.layersPattern());
        json.put("layers_to_transform", config.layers().isEmpty() ? null : config.layers());
        json.put(
                "lora_alpha",
                config.alpha() == Math.rint(config.alpha()) ? (Object) (long) config.alpha() : config.alpha());
        json.put("lora_bias", false);
        json.put("lora_dropout", config.dropout());
        json.put("modules_to_save", config.saved().isEmpty() ? null : config.saved());
        json.put("peft_type", "LORA");
        json.put("r", config.r());
        json.put("rank_pattern", config.ranks());
        json.put("revision", null);
        json.put("target_parameters", null);
        json.put("task_type", config.taskType());
        json.put("trainable_token_indices", null);
        json.put("use_dora", config.dora());
        json.put("use_rslora", config.rslora());
        json.put("target_modules", targetNames(modules));
        json.put(
                "fan_in_fan_out", modules.targets().values().stream().anyMatch(target -> target.kind() == Kind.CONV1D));
        return json;
    }

    private static Object targetNames(LoraModules modules) {
        Set<String> targets = modules.targets().keySet();
        ModuleChoice named = modules.config().targets();
        if (named != null && !(named instanceof ModuleChoice.AllLinear)) {
            return named.json();
        }
        List<String> ends = List.copyOf(LoraModules.endings(targets));
        var tree = new ModuleTree(modules.model());
        Set<String> chosen = new LoraSelection(modules.config(), tree).among(new ModuleChoice.Names(ends));
        return chosen.equals(targets) ? ends : List.copyOf(targets);
    }
}
