package dev.tandem.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
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
     * @param dropoutSeed draws this micro-batch's dropout
     */
    BatchResult learn(NDManager manager, MicroBatch batch, double weight, long dropoutSeed) {
        Ops ops = kernels.apply(manager);
        LanguageModel model = policy.model().dropping(dropoutSeed);
        PackedTokens tokens = model.pack(ops, batch.trees());
        // As in TRL, whose reference runs in training mode too.
        NDArray referenceLogps =
                reference == null ? null : reference.dropping(~dropoutSeed).logps(ops, tokens); // (M)
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray hidden = model.predictingStates(ops, tokens); // (M, C)
            LmHead lmHead = model.head(ops);
            JniUtils.setGradMode(false);
            NDArray states = hidden.stopGradient();
            LmHead.Statistics head = lmHead.statistics(ops, states, tokens.targets());
            NDArray logps = head.rows().get(0).duplicate(); // (M)
            JniUtils.setGradMode(true);
            logps.setRequiresGradient(true);
            NDArray loss = objective
                    .loss(batch, logps, referenceLogps, sums(manager, batch))
                    .mul((float) weight);
            collector.backward(loss);
            NDArray slope = logps.getGradient(); // (M), c
            NDArray surrogate =
                    hidden.mul(head.slope().mul(slope.reshape(-1, 1))).sum();
            collector.backward(surrogate);
            if (policy.adaptsHead()) {
                learnHead(collector, ops, lmHead, states, tokens.targets(), slope);
            }
            JniUtils.setGradMode(false);
            if (policy.trainsHead()) {
                lmHead.addGradient(ops, policy.headGradient(manager), states, tokens.targets(), slope);
            }
            return BatchResult.of(loss, head.rows(), referenceLogps);
        }
    }

    /** A head that follows from an adapter: autograd goes on from its closed-form gradient, by sum(W · detach(dL/dW)). */
    private static void learnHead(
            GradientCollector collector, Ops ops, LmHead head, NDArray states, NDArray targets, NDArray slope) {
        NDArray gradient = ops.manager().zeros(head.weight().getShape()); // (V, C)
        JniUtils.setGradMode(false);
        head.addGradient(ops, gradient, states, targets, slope);
        JniUtils.setGradMode(true);
        collector.backward(ops.call("inner", head.weight(), gradient));
    }

    /** The loss and what the metrics need, without gradients. */
    BatchResult evaluate(NDManager manager, MicroBatch batch, double weight) {
        Ops ops = kernels.apply(manager);
        LanguageModel model = policy.model();
        PackedTokens tokens = model.pack(ops, batch.trees());
        NDArray referenceLogps = reference == null ? null : reference.logps(ops, tokens);
        NDArray states = model.predictingStates(ops, tokens);
        LmHead.Statistics head = model.head(ops).statistics(ops, states, tokens.targets());
        NDArray loss = objective.loss(batch, head.rows().get(0), referenceLogps, sums(manager, batch));
        return BatchResult.of(loss.mul((float) weight), head.rows(), referenceLogps);
    }

    private static NDArray sums(NDManager manager, MicroBatch batch) {
        return manager.create(batch.sums(), new Shape(batch.sequences(), batch.predictions()));
    }

    /** Loads the engine and makes sure that nothing but {@link #learn} records a graph on this thread. */
    static Engine begin() {
        Engine engine = Engine.getEngine("PyTorch");
        JniUtils.setGradMode(false);
        return engine;
    }
}
