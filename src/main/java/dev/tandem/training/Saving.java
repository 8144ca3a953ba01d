package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.RunIdentity;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.transformer.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes a run's checkpoints and reads them back. */
final class Saving {

    private final TrainingRun run;
    private final TrainingMonitor monitor;
    private final NDManager manager;
    private final Kernels kernels;
    private final TrainingCheckpoint.Arrays arrays;
    private final @Nullable Reference reference;
    private final RunIdentity identity;
    private final Supplier<PassPlan> plan;

    Saving(
            TrainingRun run,
            TrainingMonitor monitor,
            NDManager manager,
            Kernels kernels,
            TrainingCheckpoint.Arrays arrays,
            @Nullable Reference reference,
            RunIdentity identity,
            Supplier<PassPlan> plan) {
        this.run = run;
        this.monitor = monitor;
        this.manager = manager;
        this.kernels = kernels;
        this.arrays = arrays;
        this.reference = reference;
        this.identity = identity;
        this.plan = plan;
    }

    /** A checkpoint of all arrays, and what the run stood at. */
    record Written(Path folder, BestSoFar best) {}

    /**
     * @param due whether the spec asks for a checkpoint here, so that it may become the best
     * @throws TrainingFailure if it cannot be written; the checkpoint before it is whole
     */
    Written save(int step, MetricWindow window, BestSoFar best, boolean due, Map<String, Double> latest) {
        Path folder = run.checkpoints().resolve("%sstep-%d".formatted(run.checkpointPrefix(), step));
        BestSoFar with = due ? best.savedAs(step, folder.toAbsolutePath().toString()) : best;
        long began = System.nanoTime();
        try {
            if (reference != null) {
                reference.keep();
            }
            TrainingCheckpoint.write(
                    folder,
                    arrays,
                    new TrainingCheckpoint.State(identity, step, window.state(), with, latest, plan.get()));
            BestSoFar.Saved kept = with.saved();
            monitor.checkpointed(
                    step,
                    folder,
                    TrainingCheckpoint.size(folder),
                    kept == null ? null : Integer.valueOf(kept.step()),
                    Duration.ofNanos(System.nanoTime() - began));
            return new Written(folder, with);
        } catch (IOException e) {
            throw new TrainingFailure(
                    FailureKind.STORAGE,
                    "cannot write the checkpoint of step %d: %s".formatted(step, e.getMessage()),
                    e);
        }
    }

    /** A full disk must not end a run that could still finish: the checkpoint before this one is whole. */
    BestSoFar saveIfPossible(int step, MetricWindow window, BestSoFar best, Map<String, Double> latest) {
        try {
            return save(step, window, best, true, latest).best();
        } catch (TrainingFailure e) {
            monitor.warned(e.getMessage() + "; training goes on", Map.of("step", step));
            return best;
        }
    }

    /**
     * Puts the arrays of the run's checkpoint in place, or of the one before if that is damaged.
     *
     * @return empty if the run begins anew
     */
    Optional<TrainingCheckpoint.State> resume() {
        Path newest = run.resumeFrom();
        if (newest == null) {
            return Optional.empty();
        }
        List<Path> earlier = run.earlier();
        if (earlier == null) {
            return Optional.of(read(newest));
        }
        for (Path checkpoint :
                Stream.concat(Stream.of(newest), earlier.stream()).toList()) {
            try {
                return Optional.of(read(checkpoint));
            } catch (TrainingFailure e) {
                if (e.kind() != FailureKind.STORAGE) {
                    throw e;
                }
                monitor.warned(e.getMessage() + "; the run goes on from before it", Map.of());
            }
        }
        return Optional.empty();
    }

    private TrainingCheckpoint.State read(Path checkpoint) {
        TrainingCheckpoint.State state;
        try (NDManager scratch = manager.newSubManager()) {
            state = TrainingCheckpoint.read(checkpoint, kernels.in(scratch), arrays, identity);
        }
        BestSoFar.Saved saved = state.best().saved();
        if (saved != null && !Files.isDirectory(Path.of(saved.path()))) {
            monitor.warned(
                    "the best checkpoint so far, of step %d, is gone from %s; it cannot become the result"
                            .formatted(saved.step(), saved.path()),
                    Map.of("step", saved.step()));
            return new TrainingCheckpoint.State(
                    identity, state.step(), state.window(), state.best().withoutSaved(), state.latest(), state.plan());
        }
        return state;
    }

    /** Makes the best checkpoint's parameters the policy's. */
    void loadBest(BestSoFar best, int step, boolean lastCounts) {
        BestSoFar.@Nullable Saved saved = best.saved();
        if (lastCounts && best.isAt(step)) {
            monitor.noted("the last step is the best: " + value(best), Map.of("step", step));
        } else if (saved == null) {
            monitor.warned(
                    "no checkpoint was the best one when it was written, so the result is that of the last step",
                    Map.of("step", step));
        } else {
            Map<String, NDArray> parameters = arrays.parameters();
            try (NDManager scratch = manager.newSubManager()) {
                TrainingCheckpoint.readParameters(Path.of(saved.path()), kernels.in(scratch), parameters);
            }
            monitor.noted(
                    "the result is the best checkpoint, of step %d: %s".formatted(saved.step(), value(best)),
                    Map.of("step", saved.step()));
        }
    }

    private String value(BestSoFar best) {
        return "eval_%s %s at step %d".formatted(run.spec().bestMetric(), best.value(), best.step());
    }
}
