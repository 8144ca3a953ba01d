package dev.tandem.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.LmHead;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.PackedTokens;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One micro-batch: forward, loss, gradients. No logits are kept: the log-probabilities come from a pass without a graph
 * that also gives their slopes G_t = d logp_t / d h_t. The loss is a function of the log-probabilities alone, so
 * autograd gives c_t = d loss / d logp_t for them as leaves, and one backward pass of sum_t (c_t G_t) · h_t carries it
 * through the decoder. Exact, see docs/training-step.md.
 */
final class Learner {

    private final Policy policy;
    private final @Nullable LanguageModel reference;
    private final Objective objective;
    private final Function<NDManager, Ops> kernels;

    Learner(Policy policy, @Nullable LanguageModel reference, Objective objective, Function<NDManager, Ops> kernels) {
        this.policy = policy;
        this.reference = reference;
        this.objective = objective;
        this.kernels = kernels;
    }

    /**
     * Adds the gradients of {@code weight * loss} to the policy's.
     *
     * @param manager closed by the caller when the micro-batch is done
     */
    BatchResult learn(NDManager manager, MicroBatch batch, double weight) {
        Ops ops = kernels.apply(manager);
        LanguageModel model = policy.model();
        PackedTokens tokens = model.pack(ops, batch.trees());
        NDArray referenceLogps = reference == null ? null : reference.logps(ops, tokens); // (M)
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray hidden = model.predictingStates(ops, tokens); // (M, C)
            JniUtils.setGradMode(false);
            NDArray states = hidden.stopGradient();
            LmHead.Statistics head = model.head().statistics(ops, states, tokens.targets(), objective.needsLogSumP2());
            NDArray logps = head.rows().get(0).duplicate(); // (M)
            JniUtils.setGradMode(true);
            logps.setRequiresGradient(true);
            NDArray loss = objective
                    .loss(batch, new Objective.Predictions(logps, referenceLogps, head.logSumP2()))
                    .mul((float) weight);
            collector.backward(loss);
            NDArray slope = logps.getGradient(); // (M), c
            NDArray surrogate =
                    hidden.mul(head.slope().mul(slope.reshape(-1, 1))).sum();
            collector.backward(surrogate);
            JniUtils.setGradMode(false);
            if (policy.trainsHead()) {
                model.head().addGradient(ops, policy.headGradient(manager), states, tokens.targets(), slope);
            }
            return BatchResult.of(loss, head.rows(), referenceLogps);
        }
    }

    /** The loss and what the metrics need, without gradients. */
    BatchResult evaluate(NDManager manager, MicroBatch batch, double weight) {
        Ops ops = kernels.apply(manager);
        LanguageModel model = policy.model();
        PackedTokens tokens = model.pack(ops, batch.trees());
        NDArray referenceLogps = reference == null ? null : reference.logps(ops, tokens);
        NDArray states = model.predictingStates(ops, tokens);
        LmHead.Statistics head = model.head().statistics(ops, states, tokens.targets(), objective.needsLogSumP2());
        var predictions = new Objective.Predictions(head.rows().get(0), referenceLogps, head.logSumP2());
        NDArray loss = objective.loss(batch, predictions);
        return BatchResult.of(loss.mul((float) weight), head.rows(), referenceLogps);
    }

    /** Loads the engine and makes sure that nothing but {@link #learn} records a graph on this thread. */
    static Engine begin() {
        Engine engine = Engine.getEngine("PyTorch");
        JniUtils.setGradMode(false);
        return engine;
    }
}
