package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.LmHead;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.PackedTokens;
import dev.tandem.transformer.Recomputation;
import dev.tandem.transformer.Routing;
import dev.tandem.transformer.Tape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A forward pass of the policy with a graph. No logits are kept: with the log-probabilities the head gives their slopes
 * G_t = d logp_t / d h_t, so that c_t = d loss / d logp_t is all that {@link #backward} needs of a loss.
 */
final class RecordedPass {

    private final Ops ops;
    private final Policy policy;
    private final GradientCollector collector;
    private final PackedTokens tokens;
    private final Tape tape;
    private final @Nullable Recomputation again;
    private final LanguageModel.Prediction prediction;
    private final LmHead lmHead;
    private final NDArray states; // (M, C), without a graph
    private final LmHead.Statistics head;

    /**
     * @param ops owns everything here
     * @param model the policy's, with dropout if it has any
     * @param recomputes whether layers are computed again for their gradients instead of kept
     */
    RecordedPass(
            Ops ops,
            GradientCollector collector,
            Policy policy,
            LanguageModel model,
            PackedTokens tokens,
            boolean recomputes,
            boolean withLogSumP2) {
        this.ops = ops;
        this.collector = collector;
        this.policy = policy;
        this.tokens = tokens;
        this.tape = Tape.of(ops, model);
        JniUtils.setGradMode(true);
        this.again = recomputes ? Recomputation.begin(ops, model, tokens) : null;
        this.prediction = again == null ? model.predict(ops, tokens, tape) : again.prediction();
        this.lmHead = model.head(ops);
        JniUtils.setGradMode(false);
        this.states = prediction.states().stopGradient();
        this.head = lmHead.statistics(ops, states, tokens.targets(), withLogSumP2);
        JniUtils.setGradMode(true);
    }

    LmHead.Statistics head() {
        return head;
    }

    Routing routing() {
        return prediction.routing();
    }

    /**
     * Adds to the policy's gradients what a loss says of this pass: one backward pass of sum_t (c_t G_t) · h_t, which may
     * be made once.
     *
     * @param slope c, gradient of the loss by each log-probability, (M)
     * @param routers gradient of the loss by {@link Routing#probabilities}; empty if it does not depend on them
     */
    void backward(NDArray slope, List<NDArray> routers) {
        NDArray gradient = head.slope().mul(slope.reshape(-1, 1)); // (M, C), of the loss by the states
        if (again == null) {
            NDArray surrogate = prediction.states().mul(gradient).sum();
            for (int i = 0; i < routers.size(); i++) {
                surrogate = surrogate.add(
                        ops.call("inner", routing().probabilities().get(i), routers.get(i)));
            }
            collector.backward(surrogate);
            tape.backward();
        } else {
            again.backward(ops, collector, gradient, routers);
        }
        if (policy.adaptsHead()) {
            learnHead(slope);
        }
        JniUtils.setGradMode(false);
        if (policy.trainsHead()) {
            lmHead.addGradient(
                    ops, policy.headGradient(ops.manager()), states, tokens.targets(), head.logSumExp(), slope);
        }
    }

    /** A head that follows from an adapter: autograd goes on from its closed-form gradient, by sum(W · detach(dL/dW)). */
    private void learnHead(NDArray slope) {
        NDArray gradient = ops.manager().zeros(lmHead.weight().getShape()); // (V, C)
        JniUtils.setGradMode(false);
        lmHead.addGradient(ops, gradient, states, tokens.targets(), head.logSumExp(), slope);
        JniUtils.setGradMode(true);
        collector.backward(ops.call("inner", lmHead.weight(), gradient));
    }
}
