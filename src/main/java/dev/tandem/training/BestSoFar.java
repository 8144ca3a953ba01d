package dev.tandem.training;

import dev.tandem.spec.TrainingSpec;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The best evaluation of a run by {@code metric_for_best_model}, by the rules of Transformers' Trainer and its
 * EarlyStoppingCallback. A checkpoint carries it, so that a resumed run decides as the uninterrupted one.
 *
 * @param value null before the first evaluation
 * @param step of the best evaluation
 * @param saved the last checkpoint that was the best when it was written
 * @param misses evaluations in a row without enough improvement
 */
record BestSoFar(@Nullable Double value, int step, @Nullable Saved saved, int misses) {

    static final BestSoFar NONE = new BestSoFar(null, 0, null, 0);

    /** @param path absolute */
    record Saved(int step, String path) {}

    /** @param metric of an evaluation after {@code step} steps */
    BestSoFar after(TrainingSpec spec, double metric, int step) {
        boolean better =
                value == null ? !Double.isNaN(metric) : spec.higherIsBetter() ? metric > value : metric < value;
        boolean enough = value == null || better && Math.abs(metric - value) > spec.earlyStoppingThreshold();
        int missed = enough ? 0 : misses + 1;
        return better ? new BestSoFar(metric, step, saved, missed) : new BestSoFar(value, this.step, saved, missed);
    }

    /** Whether the weights after {@code step} steps are the best. */
    boolean isAt(int step) {
        return value != null && this.step == step;
    }

    BestSoFar savedAs(int step, String path) {
        return isAt(step) ? new BestSoFar(value, step, new Saved(step, path), misses) : this;
    }

    BestSoFar withoutSaved() {
        return new BestSoFar(value, step, null, misses);
    }

    boolean isExhausted(TrainingSpec spec) {
        Integer patience = spec.earlyStoppingPatience();
        return patience != null && misses >= patience;
    }

    /** For whoever reads the run's last metrics. */
    Map<String, Double> metrics() {
        return value == null ? Map.of() : Map.of("best_metric", value, "best_step", (double) step);
    }
}
