package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_ADAPTER;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.StringNode;

/**
 * What a low-rank adapter is, as PEFT's {@code adapter_config.json} says it; {@link LoraModules} says what that means for
 * a model.
 *
 * @param alpha numerator of the scale alpha / r
 * @param targets modules to adapt; null for PEFT's choice for the family
 * @param layers numbers of the layers to adapt; empty for all
 * @param layersPattern names of the list of layers; empty for any
 * @param ranks r of modules that match the key
 * @param alphas alpha of modules that match the key
 * @param rslora scale alpha / sqrt(r) (arXiv:2312.03732)
 * @param dora magnitude and direction apart (arXiv:2402.09353)
 * @param saved ends of the paths of modules that are trained whole
 * @param tying whether a tied embedding and head stay one when they are saved
 * @param init {@code true}, {@code false} or {@code gaussian}: how a new adapter begins
 */
public record LoraConfig(
        int r,
        double alpha,
        double dropout,
        @Nullable ModuleChoice targets,
        @Nullable ModuleChoice excluded,
        List<Integer> layers,
        List<String> layersPattern,
        Map<String, Integer> ranks,
        Map<String, Double> alphas,
        boolean rslora,
        boolean dora,
        Bias bias,
        List<String> saved,
        boolean tying,
        String init,
        @Nullable String taskType) {

    /** Which biases of the model are trained. */
    public enum Bias {
        NONE,
        ALL,
        LORA_ONLY;

        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final String FILE = "adapter_config.json";

    /** Initialisations that leave the base model as it was; after them the tensors say all. */
    private static final List<String> HARMLESS_INITS = List.of("true", "false", "gaussian", "eva", "orthogonal");

    /** Fields that are read above, and those that change nothing that an adapter computes once it is stored. */
    private static final Set<String> KNOWN = Set.of(
            ("r lora_alpha lora_dropout target_modules exclude_modules layers_to_transform layers_pattern rank_pattern"
                            + " alpha_pattern use_rslora use_dora bias modules_to_save ensure_weight_tying init_lora_weights"
                            + " task_type peft_type peft_version base_model_name_or_path revision auto_mapping"
                            + " inference_mode fan_in_fan_out megatron_core qalora_group_size loftq_config eva_config"
                            + " corda_config lora_ga_config runtime_config")
                    .split(" "));

    /** @throws InvalidCheckpoint naming the option that is missing, wrong or not supported */
    static LoraConfig read(Path folder) {
        ConfigJson config = ConfigJson.read(folder.resolve(FILE));
        config.oneOf(UNSUPPORTED_ADAPTER, "peft_type", config.text("peft_type"), List.of("LORA"));
        config.json().properties().forEach(field -> {
            if (!KNOWN.contains(field.getKey())) {
                config.refuse(!isOff(field.getValue()), field.getKey(), "leaving it out");
            }
        });
        return of(config);
    }

    /**
     * The settings of an adapter that is to be made.
     *
     * @param settings fields of PEFT's {@code LoraConfig}
     */
    public static LoraConfig of(Map<String, ? extends @Nullable Object> settings) {
        return of(new ConfigJson("lora", ConfigJson.STRICT.valueToTree(settings)));
    }

    private static LoraConfig of(ConfigJson config) {
        Bias bias = Stream.of(Bias.values())
                .filter(each -> each.word().equals(config.text("bias", "none")))
                .findFirst()
                .orElseThrow(() -> wrong(config, "bias", "none, all or lora_only"));
        return new LoraConfig(
                config.integer("r", 8),
                config.positive("lora_alpha", 8),
                dropout(config),
                ModuleChoice.read(config, "target_modules"),
                ModuleChoice.read(config, "exclude_modules"),
                list(config, "layers_to_transform", JsonNode::isInt).stream()
                        .map(JsonNode::intValue)
                        .toList(),
                texts(config, "layers_pattern"),
                pattern(config, "rank_pattern", ConfigJson::integer),
                pattern(config, "alpha_pattern", (values, key) -> values.positive(key, 1)),
                config.flag("use_rslora", false),
                config.flag("use_dora", false),
                bias,
                texts(config, "modules_to_save"),
                config.flag("ensure_weight_tying", false),
                init(config),
                config.has("task_type") ? config.text("task_type") : null);
    }

    private static double dropout(ConfigJson config) {
        double dropout = config.number("lora_dropout", 0);
        if (dropout < 0 || dropout >= 1) {
            throw wrong(config, "lora_dropout", "at least 0 and less than 1");
        }
        return dropout;
    }

    private static String init(ConfigJson config) {
        JsonNode init = config.find("init_lora_weights");
        return config.oneOf(
                "init_lora_weights",
                init == null ? "true" : init.asString("").toLowerCase(Locale.ROOT),
                HARMLESS_INITS);
    }

    private static List<String> texts(ConfigJson config, String field) {
        return list(config, field, JsonNode::isString).stream()
                .map(JsonNode::stringValue)
                .toList();
    }

    /** A single value stands for a list of one. */
    private static List<JsonNode> list(ConfigJson config, String field, Predicate<JsonNode> kind) {
        JsonNode value = config.find(field);
        if (value == null) {
            return List.of();
        }
        List<JsonNode> values = value.isArray() ? List.copyOf(value.values()) : List.of(value);
        if (!values.stream().allMatch(kind)) {
            throw wrong(config, field, "a list of " + (kind.test(StringNode.valueOf("")) ? "texts" : "whole numbers"));
        }
        return values;
    }

    /** Reads one value of a pattern. */
    private interface PatternValue<V> {
        V read(ConfigJson values, String key);
    }

    private static <V> Map<String, V> pattern(ConfigJson config, String field, PatternValue<V> value) {
        ConfigJson object = config.object(field);
        var pattern = new LinkedHashMap<String, V>(); // the first key that matches wins
        object.json().propertyNames().forEach(key -> pattern.put(key, value.read(object, key)));
        return pattern;
    }

    private static InvalidCheckpoint wrong(ConfigJson config, String field, String rule) {
        return new InvalidCheckpoint(
                INVALID_VALUE,
                field,
                "%s in %s must be %s, was %s".formatted(field, config.file(), rule, config.find(field)));
    }

    private static boolean isOff(JsonNode value) {
        return value.isNull() || value.isContainer() && value.isEmpty() || value.isBoolean() && !value.booleanValue();
    }
}
