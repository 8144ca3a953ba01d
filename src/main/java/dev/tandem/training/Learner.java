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
import dev.tandem.transformer.Routing;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Declared micro-batches: forward, loss, gradients, in the passes that a {@link Portion} says. The loss is a function of
 * the log-probabilities alone, so autograd gives c_t = d loss / d logp_t for them as leaves, whatever pass they come from,
 * and {@link RecordedPass} carries c through the decoder. Exact, see docs/training-step.md.
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

    Learner recomputing(boolean again) {
        return again == recomputes ? this : new Learner(policy, reference, objective, auxLossCoef, again, kernels);
    }

    /** One declared micro-batch in one pass. */
    BatchResult learn(NDManager manager, MicroBatch batch, double weight, long dropoutSeed) {
        return learn(manager, Portion.alone(batch), weight, dropoutSeed).getFirst();
    }

    /**
     * Adds the gradients of {@code weight * loss} of each declared micro-batch to the policy's.
     *
     * @param manager closed by the caller when the portion is done
     * @param dropoutSeed draws the dropout of a portion that is one pass
     */
    List<BatchResult> learn(NDManager manager, Portion portion, double weight, long dropoutSeed) {
        if (portion.isOnePass()) {
            return together(manager, portion, weight, dropoutSeed);
        }
        MicroBatch declared = portion.declared().getFirst();
        boolean coupled = Double.isNaN(objective.share(1, 2)) || auxLossCoef != 0;
        return List.of(
                coupled
                        ? coupled(manager, portion, weight, dropoutSeed)
                        : apart(
                                manager,
                                portion.passes(),
                                weight,
                                declared.rows().size(),
                                dropoutSeed));
    }

    private List<BatchResult> together(NDManager manager, Portion portion, double weight, long dropoutSeed) {
        Ops ops = kernels.apply(manager);
        MicroBatch rows = portion.passes().getFirst();
        LanguageModel model = policy.model().dropping(dropoutSeed);
        PackedTokens tokens = model.pack(ops, rows.trees());
        Reference.Numbers given = reference(ops, rows, tokens, dropoutSeed);
        try (GradientCollector collector = collector()) {
            RecordedPass pass = pass(ops, collector, model, tokens);
            LmHead.Statistics head = pass.head();
            NDArray logps = head.rows().get(0).duplicate(); // (M)
            var predictions = new Objective.Predictions(logps, given.logps(), head.logSumP2());
            Slopes slopes = slopes(ops, collector, portion.declared(), predictions, pass.routing(), weight);
            pass.backward(slopes.logps, slopes.routers);
            return slopes.losses.results(Told.of(head, given));
        }
    }

    /** Rows whose losses add up need not know each other. */
    private BatchResult apart(NDManager manager, List<MicroBatch> parts, double weight, int ofRows, long dropoutSeed) {
        var results = new ArrayList<BatchResult>();
        for (MicroBatch part : parts) {
            try (NDManager scratch = manager.newSubManager()) {
                double share = objective.share(part.rows().size(), ofRows);
                results.add(learn(scratch, part, weight * share, dropoutSeed));
            }
        }
        return BatchResult.joined(results);
    }

    /** Rows whose losses know each other run twice: all for their loss, then part by part for the gradients. */
    private BatchResult coupled(NDManager manager, Portion portion, double weight, long dropoutSeed) {
        Preview preview = preview(manager, portion.passes());
        Told told = preview.told.after(portion.declared().getFirst().rows().size());
        LanguageModel model = policy.model().dropping(dropoutSeed);
        try (GradientCollector collector = collector()) {
            Slopes slopes = slopes(
                    kernels.apply(manager),
                    collector,
                    portion.declared(),
                    told.predictions(manager),
                    preview.routing,
                    weight);
            int prediction = 0;
            int token = 0;
            for (MicroBatch rows : portion.passes()) {
                try (NDManager scratch = manager.newSubManager()) {
                    Ops ops = kernels.apply(scratch);
                    RecordedPass pass = pass(ops, collector, model, model.pack(ops, rows.trees()));
                    String tokens = token + ":" + (token += rows.wholeTokens());
                    pass.backward(
                            slopes.logps.get(prediction + ":" + (prediction += rows.predictions())),
                            slopes.routers.stream()
                                    .map(slope -> slope.get(tokens))
                                    .toList());
                }
            }
            return slopes.losses.results(told).getFirst();
        }
    }

    private RecordedPass pass(Ops ops, GradientCollector collector, LanguageModel model, PackedTokens tokens) {
        return new RecordedPass(ops, collector, policy, model, tokens, recomputes, objective.needsLogSumP2());
    }

    /**
     * @param logps gradient of all losses by each log-probability
     * @param routers by the probabilities of each layer that routes; empty where they do not count
     */
    private record Slopes(DeclaredLosses losses, NDArray logps, List<NDArray> routers) {}

    private Slopes slopes(
            Ops ops,
            GradientCollector collector,
            List<MicroBatch> declared,
            Objective.Predictions predictions,
            Routing routing,
            double weight) {
        JniUtils.setGradMode(true);
        predictions.policy().setRequiresGradient(true);
        Routing leaves = auxLossCoef == 0 ? null : routing.leaves();
        var losses = DeclaredLosses.of(ops, objective, declared, predictions, leaves, weight, auxLossCoef);
        collector.backward(losses.total());
        return new Slopes(
                losses,
                predictions.policy().getGradient(),
                leaves == null
                        ? List.of()
                        : leaves.probabilities().stream()
                                .map(NDArray::getGradient)
                                .toList());
    }

    /** The losses and what the metrics need, without gradients. */
    List<BatchResult> evaluate(NDManager manager, Portion portion, double weight) {
        Preview preview = preview(manager, portion.passes());
        Routing routing = auxLossCoef == 0 ? null : preview.routing;
        Objective.Predictions predictions = preview.told.predictions(manager);
        return DeclaredLosses.of(
                        kernels.apply(manager),
                        objective,
                        portion.declared(),
                        predictions,
                        routing,
                        weight,
                        auxLossCoef)
                .results(preview.told);
    }

    /** What passes tell without a graph. */
    private record Preview(Told told, Routing routing) {}

    private Preview preview(NDManager manager, List<MicroBatch> passes) {
        var told = new ArrayList<Told>();
        var routing = new ArrayList<Routing>();
        LanguageModel model = policy.model();
        for (MicroBatch rows : passes) {
            try (NDManager scratch = manager.newSubManager()) {
                Ops ops = kernels.apply(scratch);
                PackedTokens tokens = model.pack(ops, rows.trees());
                Reference.Numbers given = reference == null ? NONE : reference.logps(ops, rows, tokens);
                LanguageModel.Prediction prediction = model.predict(ops, tokens);
                LmHead.Statistics head = model.head(ops)
                        .statistics(ops, prediction.states(), tokens.targets(), objective.needsLogSumP2());
                told.add(Told.of(head, given));
                routing.add(prediction.routing().keep(manager));
            }
        }
        return new Preview(Told.joined(told), Routing.joined(routing));
    }

    /** In training the reference runs in training mode too, as in TRL. */
    private Reference.Numbers reference(Ops ops, MicroBatch rows, PackedTokens tokens, long dropoutSeed) {
        return reference == null ? NONE : reference.dropping(~dropoutSeed).logps(ops, rows, tokens);
    }

    private static GradientCollector collector() {
        return Engine.getEngine("PyTorch").newGradientCollector();
    }

    /** Loads the engine and makes sure that nothing but {@link #learn} records a graph on this thread. */
    static Engine begin() {
        Engine engine = Engine.getEngine("PyTorch");
        JniUtils.setGradMode(false);
        return engine;
    }
}
