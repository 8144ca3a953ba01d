package dev.tandem.training;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.transformer.Kernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Runs declared micro-batches in the passes of a plan. Where the device has no memory left, what the step gathered is put
 * aside, passes are made half as large, and the same step begins again.
 */
final class Passes {

    private final Policy policy;
    private final NDManager manager;
    private final Kernels kernels;
    private final TrainingMonitor monitor;
    private Learner learner;
    private PassPlan plan;

    Passes(Learner learner, Policy policy, NDManager manager, Kernels kernels, TrainingMonitor monitor, PassPlan plan) {
        this.learner = learner;
        this.policy = policy;
        this.manager = manager;
        this.kernels = kernels;
        this.monitor = monitor;
        this.plan = plan;
    }

    PassPlan plan() {
        return plan;
    }

    /** Takes the passes that a checkpoint was made with, so that a resumed run rounds as the uninterrupted one. */
    void goOnWith(PassPlan saved) {
        if (saved.recomputes() != plan.recomputes()) {
            learner = learner.recomputing(saved.recomputes());
        }
        plan = saved;
    }

    /**
     * Gathers the gradients of a step.
     *
     * @param step steps done before this one
     */
    List<BatchResult> learn(List<MicroBatch> declared, double weight, int step, int seed) {
        return inPasses(declared, true, step + 1, portions -> {
            var results = new ArrayList<BatchResult>();
            for (Portion portion : portions) {
                try (NDManager scratch = manager.newSubManager()) {
                    long dropoutSeed = Dropouts.seed(seed, step, results.size());
                    results.addAll(learner.learn(scratch, portion, weight, dropoutSeed));
                }
            }
            return results;
        });
    }

    /** @param step steps done */
    BatchResult evaluate(MicroBatch batch, double weight, int step) {
        return inPasses(List.of(batch), false, step, portions -> {
                    try (NDManager scratch = manager.newSubManager()) {
                        return learner.evaluate(scratch, portions.getFirst(), weight);
                    }
                })
                .getFirst();
    }

    private List<BatchResult> inPasses(
            List<MicroBatch> declared, boolean learns, int step, Function<List<Portion>, List<BatchResult>> work) {
        while (true) {
            List<Portion> portions = plan.portions(declared);
            try {
                return work.apply(portions);
            } catch (RuntimeException | OutOfMemoryError e) {
                if (!Shortage.isNativeIn(e)) {
                    throw e;
                }
                forget();
                lessen(portions, learns, step, e);
            }
        }
    }

    /** Puts aside what the step gathered so far. */
    private void forget() {
        try (NDManager scratch = manager.newSubManager()) {
            policy.clearGradients(kernels.in(scratch), policy.gradients(scratch));
        }
        if (manager.getDevice().isGpu()) {
            JniUtils.emptyCudaCache();
        }
    }

    private void lessen(List<Portion> portions, boolean learns, int step, Throwable shortage) {
        int largest = portions.stream().mapToInt(Portion::places).max().orElseThrow();
        String what = "out of memory at step %d with %,d tokens in a pass (%s)"
                .formatted(step, largest, Shortage.words(shortage));
        boolean finest = plan.isAsDeclared() || portions.stream().allMatch(Portion::isFinest);
        String change;
        if (!finest) {
            plan = new PassPlan(largest / 2, plan.recomputes());
            change = "passes have at most %,d tokens".formatted(plan.tokens());
        } else if (learns && !plan.recomputes()) {
            plan = new PassPlan(plan.tokens(), true);
            learner = learner.recomputing(true);
            change = "layers are computed again for their gradients";
        } else {
            throw new TrainingFailure(
                    FailureKind.OUT_OF_MEMORY,
                    "%s, and no pass can be smaller; set a smaller max_length, train an adapter (lora), or use a machine with more memory"
                            .formatted(what),
                    shortage);
        }
        monitor.warned(
                "%s; from here on %s, and the step begins again".formatted(what, change),
                Map.of("step", step, "pass_tokens", plan.tokens(), "gradient_checkpointing", plan.recomputes()));
    }
}
