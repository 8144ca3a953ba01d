package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A pass that keeps only what goes into each layer and computes a layer's inside again when its gradient is wanted
 * (gradient checkpointing, arXiv:1604.06174). One more forward pass for memory that no longer grows with what is inside a
 * layer; the gradients are the same.
 */
public final class Recomputation {

    private final LanguageModel model;
    private final PackedTokens tokens;
    private final List<NDArray> inputs; // of each layer and of the last norm, (N, C)
    private final Routing routing;
    private final NDArray states; // (M, C)

    private Recomputation(
            LanguageModel model, PackedTokens tokens, List<NDArray> inputs, Routing routing, NDArray states) {
        this.model = model;
        this.tokens = tokens;
        this.inputs = inputs;
        this.routing = routing;
        this.states = states;
    }

    /** Runs forward, without a graph; of a layer's inside nothing outlives it. */
    public static Recomputation begin(Ops ops, LanguageModel model, PackedTokens tokens) {
        boolean recording = JniUtils.isGradMode();
        JniUtils.setGradMode(false);
        var inputs = new ArrayList<NDArray>();
        var routing = new Routing(tokens);
        inputs.add(inside(ops, model, tokens, routing, Decoder.Pass::embeddings));
        for (int i = 0; i < model.config().layers().size(); i++) {
            int layer = i;
            NDArray x = inputs.getLast();
            inputs.add(inside(ops, model, tokens, routing, pass -> pass.layer(layer, x)));
        }
        NDArray x = inputs.getLast();
        NDArray states = inside(
                ops, model, tokens, routing, pass -> pass.ops.call("select", pass.finalNorm(x), tokens.predictors()));
        JniUtils.setGradMode(recording);
        return new Recomputation(model, tokens, inputs, routing, states);
    }

    /** Runs forward for what is predicted alone: of no layer anything outlives the next one. */
    static LanguageModel.Prediction forward(Ops ops, LanguageModel model, PackedTokens tokens) {
        var routing = new Routing(tokens);
        NDArray x = inside(ops, model, tokens, routing, Decoder.Pass::embeddings);
        for (int i = 0; i < model.config().layers().size(); i++) {
            int layer = i;
            try (NDArray below = x) {
                x = inside(ops, model, tokens, routing, pass -> pass.layer(layer, below));
            }
        }
        try (NDArray last = x) {
            NDArray states = inside(
                    ops,
                    model,
                    tokens,
                    routing,
                    pass -> pass.ops.call("select", pass.finalNorm(last), tokens.predictors()));
            return new LanguageModel.Prediction(states, routing);
        }
    }

    private static NDArray inside(
            Ops ops, LanguageModel model, PackedTokens tokens, Routing routing, Function<Decoder.Pass, NDArray> part) {
        try (NDManager scope = ops.manager().newSubManager()) {
            NDArray result =
                    part.apply(model.decoder().pass(ops.in(scope), tokens, model.adapter(), routing, Tape.none()));
            result.attach(ops.manager());
            routing.keep(ops.manager());
            return result;
        }
    }

    public LanguageModel.Prediction prediction() {
        return new LanguageModel.Prediction(states, routing);
    }

    /**
     * Adds to the parameters' gradients what follows from the gradient of the predicting states, layer by layer from the
     * last.
     *
     * @param gradient of the loss by {@link LanguageModel.Prediction#states()}, (M, C)
     * @param routers gradient of the loss by {@link Routing#probabilities}; empty if it does not depend on them
     */
    public void backward(Ops ops, GradientCollector collector, NDArray gradient, List<NDArray> routers) {
        int layers = inputs.size() - 1;
        int router = routers.size();
        NDArray above = through(
                ops,
                collector,
                inputs.get(layers),
                pass -> pass.ops.call("select", pass.finalNorm(inputs.get(layers)), tokens.predictors()),
                gradient,
                List.of());
        for (int i = layers - 1; i >= 0; i--) {
            int layer = i;
            boolean routes =
                    !routers.isEmpty() && model.config().layers().get(i).sparse();
            List<NDArray> own = routes ? List.of(routers.get(--router)) : List.of();
            above = through(ops, collector, inputs.get(i), pass -> pass.layer(layer, inputs.get(layer)), above, own);
        }
        try (NDManager scope = ops.manager().newSubManager()) {
            Ops inside = ops.in(scope);
            Tape tape = Tape.of(inside, model);
            Decoder.Pass pass = pass(inside, new Routing(tokens), tape);
            if (pass.learnsEmbeddings()) {
                collector.backward(inside.call("inner", pass.embeddings(), above));
                tape.backward();
            }
        }
    }

    /** @return the gradient by what goes in */
    private NDArray through(
            Ops ops,
            GradientCollector collector,
            NDArray input,
            Function<Decoder.Pass, NDArray> part,
            NDArray gradient,
            List<NDArray> routerSlopes) {
        try (NDManager scope = ops.manager().newSubManager()) {
            Ops inside = ops.in(scope);
            var own = new Routing(tokens);
            Tape tape = Tape.of(inside, model);
            input.setRequiresGradient(true);
            NDArray output = part.apply(pass(inside, own, tape));
            NDArray surrogate = inside.call("inner", output, gradient);
            for (int i = 0; i < routerSlopes.size(); i++) {
                surrogate = inside.call(
                        "add",
                        surrogate,
                        inside.call("inner", own.probabilities().get(i), routerSlopes.get(i)));
            }
            collector.backward(surrogate);
            tape.backward();
            NDArray below = input.getGradient();
            below.attach(ops.manager());
            input.setRequiresGradient(false);
            return below;
        }
    }

    private Decoder.Pass pass(Ops ops, Routing own, Tape tape) {
        return model.decoder().pass(ops, tokens, model.adapter(), own, tape);
    }
}
