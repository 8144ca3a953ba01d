package dev.tandem.spec;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to train, by the names and with the defaults of TRL's {@code DPOConfig} and Transformers'
 * {@code TrainingArguments}, so that a TRL config can be pasted. Differences from TRL's defaults: {@code bf16} and
 * {@code gradient_checkpointing} are off, because they change the numbers or cost time and a run should ask for that.
 *
 * @param beta strength of the pull towards the reference; the paper's β
 * @param maxLength tokens of prompt and completion together; null for no limit
 * @param promptBoundary what to do with a token across the border of prompt and completion; ours beside TRL's names
 * @param warmupSteps steps with a rising rate; a value below 1 is a share of all steps, rounded up
 * @param warmupRatio the same share under its older name; used when {@code warmupSteps} is 0
 * @param numTrainEpochs passes over the data; used when {@code maxSteps} is -1
 * @param maxSteps optimizer steps; -1 to count epochs instead
 * @param maxGradNorm L2 norm to which gradients are clipped; 0 for no clipping
 * @param disableDropout whether all dropout is turned off, the adapter's too, as TRL does for DPO
 * @param evalSteps steps between evaluations; null for {@code loggingSteps}
 * @param saveTotalLimit how many checkpoints to keep; null for all
 */
public record TrainingSpec(
        double beta,
        List<LossType> lossType,
        @Nullable List<Double> lossWeights,
        double labelSmoothing,
        FDivergence fDivergenceType,
        double fAlphaDivergenceCoef,
        @Nullable Double ldAlpha,
        boolean useWeighting,
        double discopopTau,
        boolean syncRefModel,
        double refModelMixupAlpha,
        int refModelSyncSteps,
        boolean precomputeRefLogProbs,
        @Nullable Integer precomputeRefBatchSize,
        @Nullable Integer maxLength,
        TruncationMode truncationMode,
        PromptBoundary promptBoundary,
        double learningRate,
        LrSchedule lrSchedulerType,
        double warmupSteps,
        double warmupRatio,
        double numTrainEpochs,
        int maxSteps,
        int perDeviceTrainBatchSize,
        int perDeviceEvalBatchSize,
        int gradientAccumulationSteps,
        Optim optim,
        double adamBeta1,
        double adamBeta2,
        double adamEpsilon,
        double weightDecay,
        double maxGradNorm,
        int seed,
        boolean disableDropout,
        boolean bf16,
        boolean gradientCheckpointing,
        SamplingStrategy trainSamplingStrategy,
        boolean dataloaderDropLast,
        int loggingSteps,
        EvalStrategy evalStrategy,
        @Nullable Integer evalSteps,
        SaveStrategy saveStrategy,
        int saveSteps,
        @Nullable Integer saveTotalLimit,
        boolean loadBestModelAtEnd,
        @Nullable String metricForBestModel) {

    private static final String LEAVE_OUT = "leave it out";

    public static final TrainingSpec DEFAULTS = new TrainingSpec(
            0.1,
            List.of(LossType.SIGMOID),
            null,
            0,
            FDivergence.REVERSE_KL,
            0.5,
            null,
            false,
            0.05,
            false,
            0.6,
            512,
            false,
            null,
            1024,
            TruncationMode.KEEP_START,
            PromptBoundary.TRL,
            1e-6,
            LrSchedule.LINEAR,
            0,
            0,
            3,
            -1,
            8,
            8,
            1,
            Optim.ADAMW_TORCH,
            0.9,
            0.999,
            1e-8,
            0,
            1,
            42,
            true,
            false,
            false,
            SamplingStrategy.RANDOM,
            false,
            10,
            EvalStrategy.NO,
            null,
            SaveStrategy.STEPS,
            500,
            null,
            false,
            null);

    public TrainingSpec {
        var rules = new Rules();
        checkLoss(rules, beta, lossType, learningRate, maxLength);
        rules.check(
                        lrSchedulerType != LrSchedule.CONSTANT || warmupSteps == 0 && warmupRatio == 0,
                        "lr_scheduler_type",
                        "must be constant_with_warmup if there is a warm-up",
                        "constant")
                .notNegative("warmup_steps", warmupSteps)
                .check(
                        warmupSteps < 1 || warmupSteps == Math.rint(warmupSteps),
                        "warmup_steps",
                        "must be a whole number of steps or a share below 1",
                        warmupSteps)
                .belowOne("warmup_ratio", warmupRatio)
                .check(
                        maxSteps > 0 || maxSteps == -1,
                        "max_steps",
                        "must be greater than 0, or -1 to train num_train_epochs",
                        maxSteps)
                .positive("num_train_epochs", numTrainEpochs)
                .atLeast("per_device_train_batch_size", perDeviceTrainBatchSize, 1)
                .atLeast("per_device_eval_batch_size", perDeviceEvalBatchSize, 1)
                .atLeast("gradient_accumulation_steps", gradientAccumulationSteps, 1)
                .belowOne("adam_beta1", adamBeta1)
                .belowOne("adam_beta2", adamBeta2)
                .notNegative("adam_epsilon", adamEpsilon)
                .notNegative("weight_decay", weightDecay)
                .notNegative("max_grad_norm", maxGradNorm)
                .atLeast("seed", seed, 0)
                .atLeast("logging_steps", loggingSteps, 1)
                .check(evalSteps == null || evalSteps >= 1, "eval_steps", "must be at least 1 or null", evalSteps)
                .atLeast("save_steps", saveSteps, 1)
                .check(
                        saveTotalLimit == null || saveTotalLimit >= 1,
                        "save_total_limit",
                        "must be at least 1 or null",
                        saveTotalLimit)
                // Options of TRL that are not here yet: accepted at the value that turns them off, so that a whole
                // TRL config can be pasted, and refused by name at any other.
                .supported(lossWeights == null, "loss_weights", LEAVE_OUT, lossWeights)
                .supported(labelSmoothing == 0, "label_smoothing", LEAVE_OUT, labelSmoothing)
                .supported(fAlphaDivergenceCoef == 0.5, "f_alpha_divergence_coef", LEAVE_OUT, fAlphaDivergenceCoef)
                .supported(ldAlpha == null, "ld_alpha", LEAVE_OUT, ldAlpha)
                .supported(!useWeighting, "use_weighting", LEAVE_OUT, useWeighting)
                .supported(discopopTau == 0.05, "discopop_tau", LEAVE_OUT, discopopTau)
                .supported(!syncRefModel, "sync_ref_model", LEAVE_OUT, syncRefModel)
                .supported(refModelMixupAlpha == 0.6, "ref_model_mixup_alpha", LEAVE_OUT, refModelMixupAlpha)
                .supported(refModelSyncSteps == 512, "ref_model_sync_steps", LEAVE_OUT, refModelSyncSteps)
                .supported(!precomputeRefLogProbs, "precompute_ref_log_probs", LEAVE_OUT, precomputeRefLogProbs)
                .supported(
                        precomputeRefBatchSize == null, "precompute_ref_batch_size", LEAVE_OUT, precomputeRefBatchSize)
                .supported(!bf16, "bf16", "training runs in fp32; leave it out", bf16)
                .supported(!gradientCheckpointing, "gradient_checkpointing", LEAVE_OUT, gradientCheckpointing)
                .supported(!loadBestModelAtEnd, "load_best_model_at_end", LEAVE_OUT, loadBestModelAtEnd)
                .supported(metricForBestModel == null, "metric_for_best_model", LEAVE_OUT, metricForBestModel)
                .done();
        lossType = List.copyOf(lossType);
        lossWeights = lossWeights == null ? null : List.copyOf(lossWeights);
    }

    private static void checkLoss(
            Rules rules, double beta, List<LossType> lossType, double learningRate, @Nullable Integer maxLength) {
        rules.positive("beta", beta)
                .check(lossType.size() == 1, "loss_type", "must name one loss", lossType)
                .notNegative("learning_rate", learningRate)
                .check(maxLength == null || maxLength >= 2, "max_length", "must be at least 2 or null", maxLength);
    }

    /** @throws InvalidSpec naming every field that is wrong */
    public static TrainingSpec read(Map<String, ?> json) {
        return Form.read(json, DEFAULTS);
    }
}
