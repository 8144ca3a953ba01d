package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A low-rank adapter, by the names and with the defaults of PEFT's {@code LoraConfig}: y = W x + (alpha / r) B A x.
 *
 * @param r rank of A (r x in) and B (out x r)
 * @param targetModules module names to adapt, matched by suffix as PEFT does; {@code all-linear} for every linear layer
 *     but the head; null for the family's usual ones
 * @param fanInFanOut whether the adapted weight is stored [in, out], as in GPT-2; null to see it in the checkpoint
 */
public record LoraSpec(
        int r,
        double loraAlpha,
        double loraDropout,
        @Nullable List<String> targetModules,
        LoraBias bias,
        boolean useRslora,
        boolean useDora,
        @Nullable List<String> modulesToSave,
        @Nullable String taskType,
        @Nullable Boolean fanInFanOut) {

    public static final LoraSpec DEFAULTS =
            new LoraSpec(8, 8, 0, null, LoraBias.NONE, false, false, null, "CAUSAL_LM", null);

    public LoraSpec {
        new Rules()
                .atLeast("r", r, 1)
                .positive("lora_alpha", loraAlpha)
                .supported(
                        loraDropout == 0,
                        "lora_dropout",
                        "TRL turns dropout off for DPO; leave it out or set it to 0",
                        loraDropout)
                .check(
                        targetModules == null || !targetModules.isEmpty(),
                        "target_modules",
                        "must name at least one module",
                        targetModules)
                .supported(!useRslora, "use_rslora", "leave it out or set it to false", useRslora)
                .supported(!useDora, "use_dora", "leave it out or set it to false", useDora)
                .supported(
                        modulesToSave == null || modulesToSave.isEmpty(),
                        "modules_to_save",
                        "leave it out",
                        modulesToSave)
                .check(taskType == null || taskType.equals("CAUSAL_LM"), "task_type", "must be CAUSAL_LM", taskType)
                .done();
    }

    /** The factor alpha / r of the low-rank product. */
    public double scale() {
        return loraAlpha / r;
    }
}
