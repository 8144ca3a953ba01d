package dev.tandem.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How to train, by the names and with the defaults of TRL's {@code DPOConfig} and Transformers'
 * {@code TrainingArguments}, so that a TRL config can be pasted. Differences from TRL's defaults: {@code bf16} and
 * {@code gradient_checkpointing} are off, because they change the numbers or cost time and a run should ask for that.
 *
 * @param beta strength of the pull towards the reference; the paper's β
 * @param routerAuxLossCoef factor of the loss that keeps a mixture's experts evenly used, added in preference training; 0
 *     for none; of no effect on models without experts
 * @param lossType one loss, or several whose sum with {@code lossWeights} is minimised
 * @param lossWeights null for 1 each
 * @param labelSmoothing probability that a label is wrong, for the losses that have one
 * @param ldAlpha LD-DPO's weight of the tokens past the length of the shorter answer; null for plain sums
 * @param useWeighting WPO: weigh each pair by how likely the policy itself would have written it
 * @param referenceFree as in the DPO paper's code, a reference to which every answer is equally likely
 * @param cpoAlpha weight of CPO's likelihood term
 * @param simpoGamma margin that SimPO asks for
 * @param maxLength tokens of prompt and completion together; null for no limit
 * @param promptBoundary what to do with a token across the border of prompt and completion; ours beside TRL's names
 * @param warmupSteps steps with a rising rate; a value below 1 is a share of all steps, rounded up
 * @param warmupRatio the same share under its older name; used when {@code warmupSteps} is 0
 * @param numTrainEpochs passes over the data; used when {@code maxSteps} is -1
 * @param maxSteps optimizer steps; -1 to count epochs instead
 * @param maxGradNorm L2 norm to which gradients are clipped; 0 for no clipping
 * @param lrSchedulerKwargs what the schedule takes besides, as in {@code {"min_lr_rate": 0.1}}
 * @param optimArgs what the optimizer takes besides, as in {@code "momentum=0.9"}
 * @param dataSeed of the order of rows; null for {@code seed}
 * @param loggingSteps, evalSteps, saveSteps a value below 1 is a share of all steps, rounded up
 * @param disableDropout whether all dropout is turned off, the adapter's too, as TRL does for DPO
 * @param evalSteps steps between evaluations; null for {@code loggingSteps}
 * @param evalDelay steps or epochs, by {@code evalStrategy}, before the first evaluation
 * @param earlyStoppingPatience evaluations without a better metric after which the run ends; null for never
 * @param earlyStoppingThreshold by how much the metric must improve to count
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
        boolean referenceFree,
        double cpoAlpha,
        double simpoGamma,
        boolean syncRefModel,
        double refModelMixupAlpha,
        int refModelSyncSteps,
        double routerAuxLossCoef,
        boolean precomputeRefLogProbs,
        @Nullable Integer precomputeRefBatchSize,
        @Nullable Integer maxLength,
        TruncationMode truncationMode,
        PromptBoundary promptBoundary,
        double learningRate,
        LrSchedule lrSchedulerType,
        @Nullable Map<String, Object> lrSchedulerKwargs,
        double warmupSteps,
        double warmupRatio,
        double numTrainEpochs,
        int maxSteps,
        int perDeviceTrainBatchSize,
        int perDeviceEvalBatchSize,
        int gradientAccumulationSteps,
        Optim optim,
        @Nullable String optimArgs,
        double adamBeta1,
        double adamBeta2,
        double adamEpsilon,
        double weightDecay,
        double maxGradNorm,
        int seed,
        @Nullable Integer dataSeed,
        boolean disableDropout,
        boolean bf16,
        boolean gradientCheckpointing,
        SamplingStrategy trainSamplingStrategy,
        boolean dataloaderDropLast,
        LoggingStrategy loggingStrategy,
        double loggingSteps,
        boolean loggingFirstStep,
        EvalStrategy evalStrategy,
        @Nullable Double evalSteps,
        double evalDelay,
        boolean evalOnStart,
        SaveStrategy saveStrategy,
        double saveSteps,
        @Nullable Integer saveTotalLimit,
        boolean loadBestModelAtEnd,
        @Nullable String metricForBestModel,
        @Nullable Boolean greaterIsBetter,
        @Nullable Integer earlyStoppingPatience,
        double earlyStoppingThreshold)
        implements Form.KnowsOthers {

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
            1,
            0.5,
            false,
            0.6,
            512,
            0.001,
            false,
            null,
            1024,
            TruncationMode.KEEP_START,
            PromptBoundary.TRL,
            1e-6,
            LrSchedule.LINEAR,
            null,
            0,
            0,
            3,
            -1,
            8,
            8,
            1,
            Optim.ADAMW_TORCH,
            null,
            0.9,
            0.999,
            1e-8,
            0,
            1,
            42,
            null,
            true,
            false,
            false,
            SamplingStrategy.RANDOM,
            false,
            LoggingStrategy.STEPS,
            10,
            false,
            EvalStrategy.NO,
            null,
            0,
            false,
            SaveStrategy.STEPS,
            500,
            null,
            false,
            null,
            null,
            null,
            0);

    public TrainingSpec {
        var rules = new Rules();
        var losses = new LossSettings(
                lossType,
                lossWeights,
                labelSmoothing,
                fDivergenceType,
                fAlphaDivergenceCoef,
                ldAlpha,
                useWeighting,
                discopopTau,
                referenceFree,
                cpoAlpha,
                simpoGamma);
        losses.check(rules);
        lrSchedulerKwargs = lrSchedulerKwargs == null ? null : withoutNulls(lrSchedulerKwargs);
        ScheduleRules.check(
                rules, lrSchedulerType, lrSchedulerKwargs == null ? Map.of() : lrSchedulerKwargs, learningRate);
        OptimArgs.check(rules, optim, optimArgs);
        new BestRules(
                        evalStrategy,
                        evalSteps == null ? loggingSteps : evalSteps,
                        saveStrategy,
                        saveSteps,
                        loadBestModelAtEnd,
                        metricForBestModel,
                        greaterIsBetter,
                        earlyStoppingPatience,
                        earlyStoppingThreshold)
                .check(rules);
        rules.positive("beta", beta)
                .notNegative("learning_rate", learningRate)
                .check(maxLength == null || maxLength >= 2, "max_length", "must be at least 2 or null", maxLength)
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
                .notNegative("router_aux_loss_coef", routerAuxLossCoef)
                .belowOne("adam_beta1", adamBeta1)
                .belowOne("adam_beta2", adamBeta2)
                .notNegative("adam_epsilon", adamEpsilon)
                .notNegative("weight_decay", weightDecay)
                .notNegative("max_grad_norm", maxGradNorm)
                .atLeast("seed", seed, 0)
                .atLeast("data_seed", dataSeed == null ? 0 : dataSeed, 0)
                .steps("logging_steps", loggingSteps)
                .steps("eval_steps", evalSteps == null ? 1 : evalSteps)
                .notNegative("eval_delay", evalDelay)
                .steps("save_steps", saveSteps)
                .check(
                        saveTotalLimit == null || saveTotalLimit >= 1,
                        "save_total_limit",
                        "must be at least 1 or null",
                        saveTotalLimit)
                .check(
                        refModelMixupAlpha >= 0 && refModelMixupAlpha <= 1,
                        "ref_model_mixup_alpha",
                        "must be between 0 and 1",
                        refModelMixupAlpha)
                .atLeast("ref_model_sync_steps", refModelSyncSteps, 1)
                .check(
                        !(syncRefModel && precomputeRefLogProbs),
                        "sync_ref_model",
                        "must be off with precompute_ref_log_probs: a reference that moves cannot be computed ahead",
                        true)
                .check(
                        !(syncRefModel || precomputeRefLogProbs) || losses.usesReference(),
                        syncRefModel ? "sync_ref_model" : "precompute_ref_log_probs",
                        "must be off where no loss has a reference",
                        true)
                .check(
                        precomputeRefBatchSize == null || precomputeRefBatchSize >= 1,
                        "precompute_ref_batch_size",
                        "must be at least 1 or null",
                        precomputeRefBatchSize)
                .done();
        lossType = List.copyOf(lossType);
        lossWeights = lossWeights == null ? null : List.copyOf(lossWeights);
    }

    /** Whether the losses, or TRL's metrics of them, need log-probabilities of a frozen reference. */
    public boolean usesReference() {
        return loss().usesReference();
    }

    /** Whether rewards without a reference are means over tokens: as published for SimPO and ORPO, not for CPO. */
    public boolean rewardsPerToken() {
        return loss().rewardsPerToken();
    }

    /** Options of the loss that are set and change nothing, as TRL takes them; each with a sentence that says so. */
    public List<FieldProblem> withoutEffect() {
        return loss().withoutEffect();
    }

    private LossSettings loss() {
        return new LossSettings(
                lossType,
                lossWeights,
                labelSmoothing,
                fDivergenceType,
                fAlphaDivergenceCoef,
                ldAlpha,
                useWeighting,
                discopopTau,
                referenceFree,
                cpoAlpha,
                simpoGamma);
    }

    /** The evaluation metric that says which checkpoint is best, without {@code eval_}; null if none is asked for. */
    public @Nullable String bestMetric() {
        if (metricForBestModel != null) {
            return BestRules.withoutPrefix(metricForBestModel);
        }
        return loadBestModelAtEnd ? "loss" : null;
    }

    /** Whether a higher {@link #bestMetric()} is better: by Transformers' rule, unless its name ends in {@code loss}. */
    public boolean higherIsBetter() {
        String metric = bestMetric();
        return greaterIsBetter != null ? greaterIsBetter : metric != null && !metric.endsWith("loss");
    }

    /** Whether the run needs evaluation rows. */
    public boolean evaluates() {
        return evalStrategy != EvalStrategy.NO || evalOnStart;
    }

    @Override
    public Optional<FieldProblem> problemOf(String name, @Nullable Object value) {
        return TrlFields.problemOf(name, value);
    }

    @Override
    public boolean knows(String name) {
        return TrlFields.knows(name);
    }

    private static Map<String, Object> withoutNulls(Map<String, Object> options) {
        var given = new LinkedHashMap<>(options);
        given.values().removeIf(Objects::isNull);
        return Collections.unmodifiableMap(given);
    }

    /** @throws InvalidSpec naming every field that is wrong */
    public static TrainingSpec read(Map<String, ?> json) {
        return Form.read(json, DEFAULTS);
    }
}
