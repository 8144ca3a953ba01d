package dev.tandem.spec;

import java.util.ArrayList;
import java.util.List;

/** Settings that Transformers takes and never looks at beside the others; what a run says about them. */
public final class IdleSettings {

    private IdleSettings() {}

    /** One sentence for each. */
    public static List<String> of(TrainingSpec spec) {
        TrainingSpec usual = TrainingSpec.DEFAULTS;
        var sentences = new ArrayList<String>();
        boolean warmup = spec.warmupSteps() > 0 || spec.warmupRatio() > 0;
        if (spec.lrSchedulerType() == LrSchedule.CONSTANT && warmup) {
            sentences.add(
                    "lr_scheduler_type constant has no warm-up, as in Transformers: warmup_steps and warmup_ratio have no effect; set it to constant_with_warmup");
        }
        if (spec.warmupSteps() > 0 && spec.warmupRatio() > 0) {
            sentences.add("warmup_steps is set, so warmup_ratio has no effect");
        }
        boolean adam = spec.adamBeta1() != usual.adamBeta1()
                || spec.adamBeta2() != usual.adamBeta2()
                || spec.adamEpsilon() != usual.adamEpsilon();
        if (adam && !spec.optim().isAdam()) {
            sentences.add("adam_beta1, adam_beta2 and adam_epsilon have no effect with optim %s; it takes optim_args"
                    .formatted(Form.word(spec.optim())));
        }
        boolean syncing = spec.refModelMixupAlpha() != usual.refModelMixupAlpha()
                || spec.refModelSyncSteps() != usual.refModelSyncSteps();
        if (syncing && !spec.syncRefModel()) {
            sentences.add("ref_model_mixup_alpha and ref_model_sync_steps have no effect without sync_ref_model");
        }
        if (spec.precomputeRefBatchSize() != null) {
            sentences.add(
                    "precompute_ref_batch_size has no effect: each row runs through the reference alone, so that its numbers do not depend on the rows beside it");
        }
        if (spec.evalSteps() != null && spec.evalStrategy() != EvalStrategy.STEPS) {
            sentences.add("eval_steps has no effect unless eval_strategy is steps");
        }
        if (spec.dataSeed() != null && spec.trainSamplingStrategy() == SamplingStrategy.SEQUENTIAL) {
            sentences.add("data_seed has no effect when train_sampling_strategy is sequential");
        }
        return sentences;
    }
}
