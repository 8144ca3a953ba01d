package dev.tandem.training;

import dev.tandem.spec.Method;
import dev.tandem.spec.Optim;
import dev.tandem.spec.OptimArgs;
import dev.tandem.spec.TokenCounts;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.transformer.Footprint;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a run needs of memory, by the way it runs.
 *
 * @param continuesAdapter whether an adapter is gone on with, so that the reference has one too
 * @param evaluated null without an evaluation set
 */
record MemoryNeeds(
        Footprint model,
        TrainingSpec spec,
        Method method,
        boolean continuesAdapter,
        TokenCounts trained,
        @Nullable TokenCounts evaluated) {

    /** Of a process that has loaded libtorch and trained something tiny. */
    private static final long PROCESS = 384L << 20;

    private static final long PER_TOKEN = 2 * Integer.BYTES; // its id and its reference log-probability
    private static final long PER_ROW = 512;

    /** The fastest way that fits; of a run that cannot fit, the one that needs least. */
    MemoryPlan within(MemoryPlan.Room room) {
        List<PassPlan> choices = choices(room);
        return choices.stream()
                .map(passes -> plan(passes, room))
                .filter(MemoryPlan::fits)
                .findFirst()
                .orElseGet(() -> plan(choices.getLast(), room));
    }

    /** From the fastest to the one that needs least. */
    private List<PassPlan> choices(MemoryPlan.Room room) {
        var choices = new ArrayList<PassPlan>();
        List<Boolean> recomputing = spec.gradientCheckpointing() ? List.of(true) : List.of(false, true);
        for (boolean recomputes : recomputing) {
            if (model.declaredOnly()) {
                choices.add(PassPlan.asDeclared(recomputes));
                continue;
            }
            for (int tokens = room.mostTokens(); tokens >= room.leastTokens(); tokens /= 2) {
                choices.add(new PassPlan(tokens, recomputes));
            }
        }
        if (!model.declaredOnly()) {
            choices.add(new PassPlan(1, true));
        }
        return choices;
    }

    MemoryPlan plan(PassPlan passes, MemoryPlan.Room room) {
        long batch = spec.perDeviceTrainBatchSize() * (passes.isAsDeclared() ? 1L : spec.gradientAccumulationSteps());
        long step = Math.max(
                model.pass(places(passes, trained, batch), trained.longest(), passes.recomputes(), room.gpu()),
                Footprint.bytes(optimizerWork()));
        long pass = evaluated == null
                ? step
                : Math.max(
                        step,
                        model.forward(
                                places(passes, evaluated, spec.perDeviceEvalBatchSize()),
                                evaluated.longest(),
                                room.gpu()));
        long gradients = Footprint.bytes(model.trained());
        return new MemoryPlan(
                room.bytes(),
                Footprint.bytes(model.parameters() + (model.adapted() ? model.trained() : 0)),
                reference(gradients + pass, room.gpu()),
                gradients,
                Footprint.bytes(optimizer()),
                pass,
                runtime(room),
                passes.tokens(),
                passes.recomputes());
    }

    /** Of the largest pass. */
    private static long places(PassPlan passes, TokenCounts rows, long batch) {
        long most = rows.places() * Math.min(batch, rows.rows());
        return passes.isAsDeclared() ? most : Math.min(most, Math.max(passes.tokens(), rows.places()));
    }

    /** @param later what is taken once the reference's weights may have gone */
    private long reference(long later, boolean gpu) {
        if (method != Method.DPO || !spec.usesReference()) {
            return 0;
        }
        long weights = Footprint.bytes(!model.adapted() ? model.parameters() : continuesAdapter ? model.trained() : 0);
        return spec.precomputeRefLogProbs() && !spec.syncRefModel()
                ? Math.max(0, weights + model.forward(trained.places(), trained.longest(), gpu) - later)
                : weights;
    }

    private long optimizer() {
        if (spec.optim() != Optim.RMSPROP && spec.optim() != Optim.SGD) {
            return 2 * model.trained();
        }
        OptimArgs args = OptimArgs.of(spec);
        int momentum = args.momentum() > 0 ? 1 : 0;
        int squares = spec.optim() == Optim.RMSPROP ? args.centered() ? 2 : 1 : 0;
        return (momentum + squares) * model.trained();
    }

    /** Roots and centered squares, while RMSprop moves the parameters and no pass is under way. */
    private long optimizerWork() {
        return spec.optim() == Optim.RMSPROP ? 2 * model.trained() : 0;
    }

    /** On a GPU, Java and the rows lie in main memory; CUDA's libraries take about as much of its own. */
    private long runtime(MemoryPlan.Room room) {
        long rows = trained.rows() + (evaluated == null ? 0 : evaluated.rows());
        long tokens = trained.tokens() + (evaluated == null ? 0 : evaluated.tokens());
        return PROCESS + (room.gpu() ? 0 : PER_ROW * rows + PER_TOKEN * tokens);
    }
}
