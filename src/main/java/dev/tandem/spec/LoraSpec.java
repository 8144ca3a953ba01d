package dev.tandem.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A low-rank adapter, by the names and with the defaults of PEFT's {@code LoraConfig}: y = W x + (alpha / r) B A x.
 * Whether its modules are there can only be told together with a model.
 *
 * @param r rank of A (r x in) and B (out x r)
 * @param loraDropout share of a module's input that is dropped before A; TRL trains without dropout unless {@code
 *     disable_dropout} is false
 * @param targetModules modules to adapt: a list of ends of their paths, {@code all-linear} for every linear layer but the
 *     head, or another text as a regular expression for whole paths; null for PEFT's choice for the family
 * @param excludeModules modules to leave as they are, named in the same ways
 * @param layersToTransform numbers of the layers to adapt; null for all
 * @param layersPattern what the list of layers is called in the model's paths; null for any name
 * @param rankPattern r of modules whose path ends in a match of the key
 * @param alphaPattern lora_alpha of modules whose path ends in a match of the key
 * @param useRslora alpha / sqrt(r) instead of alpha / r (arXiv:2312.03732)
 * @param useDora magnitude and direction apart (arXiv:2402.09353)
 * @param bias which biases train too
 * @param modulesToSave modules that train whole and are stored with the adapter, by the ends of their paths
 * @param ensureWeightTying whether a tied embedding and head stay one when one of them is to be saved
 * @param initLoraWeights true: A uniform, B zero; {@code gaussian}: A normal, B zero; false: both random
 * @param fanInFanOut whether the adapted weight is stored [in, out], as in GPT-2; seen in the checkpoint, as PEFT does
 */
public record LoraSpec(
        int r,
        double loraAlpha,
        double loraDropout,
        @Nullable Object targetModules,
        @Nullable Object excludeModules,
        @Nullable List<Integer> layersToTransform,
        @Nullable List<String> layersPattern,
        @Nullable Map<String, Number> rankPattern,
        @Nullable Map<String, Number> alphaPattern,
        boolean useRslora,
        boolean useDora,
        LoraBias bias,
        @Nullable List<String> modulesToSave,
        boolean ensureWeightTying,
        @Nullable Object initLoraWeights,
        @Nullable String taskType,
        @Nullable Boolean fanInFanOut)
        implements Form.KnowsOthers {

    public static final LoraSpec DEFAULTS = new LoraSpec(
            8,
            8,
            0,
            null,
            null,
            null,
            null,
            Map.of(),
            Map.of(),
            false,
            false,
            LoraBias.NONE,
            null,
            false,
            true,
            "CAUSAL_LM",
            null);

    private static final String INIT_ONLY = "it belongs to a value of init_lora_weights that is not supported";
    private static final String OTHER_METHOD = "it is another method than LoRA; leave it out";

    /** The rest of PEFT's {@code LoraConfig}. */
    private static final List<LeftOut> LEFT_OUT = List.of(
            new LeftOut("peft_type", List.of("LORA"), "only LORA is trained"),
            LeftOut.remark("auto_mapping"),
            LeftOut.remark("peft_version"),
            LeftOut.remark("base_model_name_or_path"),
            LeftOut.remark("revision"),
            LeftOut.remark("inference_mode"),
            LeftOut.remark("runtime_config"),
            LeftOut.option("megatron_config", "the model is not split; leave it out"),
            LeftOut.remark("megatron_core"),
            LeftOut.option("trainable_token_indices", "train the whole embedding with modules_to_save"),
            LeftOut.option("loftq_config", INIT_ONLY),
            LeftOut.option("eva_config", INIT_ONLY),
            LeftOut.option("corda_config", INIT_ONLY),
            LeftOut.option("lora_ga_config", INIT_ONLY),
            LeftOut.option("velora_config", OTHER_METHOD),
            LeftOut.option("alora_invocation_tokens", OTHER_METHOD),
            LeftOut.option("use_qalora", "weights are not quantized; leave it out"),
            LeftOut.remark("qalora_group_size"),
            LeftOut.option("monteclora_config", OTHER_METHOD),
            LeftOut.option("layer_replication", "the adapted model would not be the base model; leave it out"),
            LeftOut.option("lora_bias", "biases of B are not trained; bias trains those of the model"),
            LeftOut.option("target_parameters", "name modules in target_modules"),
            LeftOut.option("use_bdlora", OTHER_METHOD),
            LeftOut.option("arrow_config", OTHER_METHOD),
            LeftOut.option("kasa_config", OTHER_METHOD));

    public LoraSpec {
        layersToTransform = layersToTransform == null ? null : List.copyOf(layersToTransform);
        boolean byPattern = targetModules instanceof String;
        new Rules()
                .atLeast("r", r, 1)
                .positive("lora_alpha", loraAlpha)
                .belowOne("lora_dropout", loraDropout)
                .check(
                        targetModules == null || isChoice(targetModules),
                        "target_modules",
                        "must be a list of at least one module, all-linear, or a regular expression",
                        targetModules)
                .check(
                        excludeModules == null
                                || isChoice(excludeModules)
                                || List.of().equals(excludeModules),
                        "exclude_modules",
                        "must be a list of modules or a regular expression",
                        excludeModules)
                .check(
                        layersToTransform == null || !byPattern,
                        "layers_to_transform",
                        "must be left out where target_modules is a text, as in PEFT",
                        layersToTransform)
                .check(
                        layersToTransform == null || layersToTransform.stream().allMatch(layer -> layer >= 0),
                        "layers_to_transform",
                        "must number layers from 0",
                        layersToTransform)
                .check(
                        layersPattern == null || layersPattern.isEmpty() || layersToTransform != null,
                        "layers_pattern",
                        "must come together with layers_to_transform",
                        layersPattern)
                .check(isPattern(rankPattern, true), "rank_pattern", "must give whole numbers above 0", rankPattern)
                .check(isPattern(alphaPattern, false), "alpha_pattern", "must give numbers above 0", alphaPattern)
                .check(bias != null, "bias", "must be none, all or lora_only", bias)
                .check(
                        modulesToSave == null || modulesToSave.stream().noneMatch(String::isBlank),
                        "modules_to_save",
                        "must name modules",
                        modulesToSave)
                .supported(
                        initLoraWeights == null
                                || initLoraWeights instanceof Boolean
                                || initLoraWeights.equals("gaussian"),
                        "init_lora_weights",
                        "supported are true, false and gaussian; others change the base model or need data",
                        initLoraWeights)
                .check(taskType == null || taskType.equals("CAUSAL_LM"), "task_type", "must be CAUSAL_LM", taskType)
                .done();
        rankPattern = rankPattern == null ? Map.of() : rankPattern;
        alphaPattern = alphaPattern == null ? Map.of() : alphaPattern;
        initLoraWeights = initLoraWeights == null ? Boolean.TRUE : initLoraWeights;
    }

    private static boolean isChoice(Object modules) {
        return modules instanceof String text
                ? !text.isBlank()
                : modules instanceof List<?> names
                        && !names.isEmpty()
                        && names.stream().allMatch(name -> name instanceof String text && !text.isBlank());
    }

    private static boolean isPattern(@Nullable Map<String, ? extends @Nullable Object> pattern, boolean whole) {
        return pattern == null
                || pattern.values().stream()
                        .allMatch(value -> value instanceof Number number
                                && number.doubleValue() > 0
                                && (!whole || number.doubleValue() == number.intValue()));
    }

    @Override
    public boolean knows(String name) {
        return LEFT_OUT.stream().anyMatch(left -> left.field().equals(name));
    }

    @Override
    public Optional<FieldProblem> problemOf(String name, @Nullable Object value) {
        return LeftOut.problemOf(LEFT_OUT, name, value);
    }
}
