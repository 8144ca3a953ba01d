package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.Ops;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a step does with the gathered gradients: clip, move the policy, and let the reference follow. */
record PolicyUpdate(
        TrainingSpec spec,
        NDManager manager,
        Kernels kernels,
        Policy policy,
        Optimizer optimizer,
        LearningRate learningRate,
        @Nullable SyncedReference synced) {

    /**
     * @param step steps done before this one
     * @return the L2 norm of the gradients before clipping
     */
    double apply(int step) {
        try (NDManager scratch = manager.newSubManager()) {
            Ops ops = kernels.in(scratch);
            Map<String, NDArray> gradients = policy.gradients(scratch);
            List<List<NDArray>> all = List.of(List.copyOf(gradients.values()));
            double norm = ops.callOnLists("norm", all).getFloat();
            if (!Double.isFinite(norm)) {
                throw new TrainingFailure(
                        FailureKind.DIVERGED,
                        "the gradient norm is %s at step %d; lower learning_rate or set max_grad_norm"
                                .formatted(norm, step + 1));
            }
            double factor = spec.maxGradNorm() > 0 ? spec.maxGradNorm() / (norm + 1e-6) : 1;
            if (factor < 1) {
                ops.callOnLists("scale", all, scratch.create((float) factor));
            }
            optimizer.step(ops, gradients, learningRate.at(step), step == 0);
            policy.clearGradients(ops, gradients);
            if (synced != null) {
                synced.follow(ops, step + 1);
            }
            return norm;
        }
    }
}
