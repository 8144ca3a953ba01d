package dev.tandem.training;

import static dev.tandem.training.Reference.Numbers.NONE;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.LmHead;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.PackedTokens;
import dev.tandem.transformer.Recomputation;
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
    private final @Nullable Reference reference;
    private final Objective objective;
    private final double auxLossCoef;
    private final boolean recomputes;
    private final Function<NDManager, Ops> kernels;

    /**
     * @param auxLossCoef factor of the routers' auxiliary loss, which is added to the objective; 0 for none
     * @param recomputes whether layers are computed again for their gradients instead of kept
     */
    Learner(
            Policy policy,
            @Nullable Reference reference,
            Objective objective,
            double auxLossCoef,
            boolean recomputes,
            Function<NDManager, Ops> kernels) {
        this.policy = policy;
        this.auxLossCoef = policy.model().config().routes() ? auxLossCoef : 0;
        this.recomputes = recomputes;
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
        Reference.Numbers given =
                reference == null ? NONE : reference.dropping(~dropoutSeed).logps(ops, batch, tokens);
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            Recomputation again = recomputes ? Recomputation.begin(ops, model, tokens) : null;
            LanguageModel.Prediction prediction = again == null ? model.predict(ops, tokens) : again.prediction();
            NDArray hidden = prediction.states(); // (M, C)
            LmHead lmHead = model.head(ops);
            JniUtils.setGradMode(false);
            NDArray states = hidden.stopGradient();
            LmHead.Statistics head = lmHead.statistics(ops, states, tokens.targets(), objective.needsLogSumP2());
            NDArray logps = head.rows().get(0).duplicate(); // (M)
            JniUtils.setGradMode(true);
            logps.setRequiresGradient(true);
            NDArray loss = objective
                    .loss(batch, new Objective.Predictions(logps, given.logps(), head.logSumP2()))
                    .mul((float) weight);
            collector.backward(loss);
            NDArray slope = logps.getGradient(); // (M), c
            NDArray gradient = head.slope().mul(slope.reshape(-1, 1)); // (M, C), of the loss by the states
            NDArray auxLoss = auxLoss(ops, prediction);
            if (again == null) {
                collector.backward(withAuxLoss(hidden.mul(gradient).sum(), auxLoss, weight));
            } else {
                again.backward(ops, collector, gradient, auxLossCoef * weight);
            }
            if (policy.adaptsHead()) {
                learnHead(collector, ops, lmHead, states, tokens.targets(), slope);
            }
            JniUtils.setGradMode(false);
            if (policy.trainsHead()) {
                lmHead.addGradient(ops, policy.headGradient(manager), states, tokens.targets(), slope);
            }
            return BatchResult.of(withAuxLoss(loss, auxLoss, weight), auxLoss, head.rows(), given);
        }
    }

    private @Nullable NDArray auxLoss(Ops ops, LanguageModel.Prediction prediction) {
        return auxLossCoef == 0 ? null : prediction.routing().imbalance(ops);
    }

    private NDArray withAuxLoss(NDArray loss, @Nullable NDArray auxLoss, double weight) {
        return auxLoss == null ? loss : loss.add(auxLoss.mul((float) (auxLossCoef * weight)));
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
        Reference.Numbers given = reference == null ? NONE : reference.logps(ops, batch, tokens);
        LanguageModel.Prediction prediction = model.predict(ops, tokens);
        LmHead.Statistics head =
                model.head(ops).statistics(ops, prediction.states(), tokens.targets(), objective.needsLogSumP2());
        var predictions = new Objective.Predictions(head.rows().get(0), given.logps(), head.logSumP2());
        NDArray loss = objective.loss(batch, predictions);
        NDArray auxLoss = auxLoss(ops, prediction);
        return BatchResult.of(withAuxLoss(loss.mul((float) weight), auxLoss, weight), auxLoss, head.rows(), given);
    }

    /** Loads the engine and makes sure that nothing but {@link #learn} records a graph on this thread. */
    static Engine begin() {
        Engine engine = Engine.getEngine("PyTorch");
        JniUtils.setGradMode(false);
        return engine;
    }
}
