package dev.tandem.training;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Metrics since the last log. The loss is a mean over steps, every other metric a plain mean over micro-batches, as in
 * TRL. A checkpoint carries the window, so that a resumed run logs the same numbers.
 */
final class MetricWindow {

    private final Map<String, Double> sums = new LinkedHashMap<>();
    private int microBatches;
    private double lossSum;
    private int steps;
    private double gradientNorm;
    private long tokensSeen;
    private long pairs;
    private long tokens;
    private double seconds;
    private double flops;

    /**
     * @param gradientNorm of the last step, before clipping
     * @param tokensSeen counted by the whole run so far, prompts once for each side
     */
    record State(
            Map<String, Double> sums,
            int microBatches,
            double lossSum,
            int steps,
            double gradientNorm,
            long tokensSeen) {}

    /** Whether a step was taken since the last log. */
    boolean isOpen() {
        return steps > 0;
    }

    void addMicroBatch(Map<String, Double> metrics, MicroBatch batch, double batchFlops) {
        metrics.forEach((name, value) -> sums.merge(name, value, Double::sum));
        microBatches++;
        pairs += batch.rows().size();
        tokens += batch.tokens();
        tokensSeen += batch.tokens();
        flops += batchFlops;
    }

    void addStep(double loss, double norm, double stepSeconds) {
        lossSum += loss;
        gradientNorm = norm;
        steps++;
        seconds += stepSeconds;
    }

    /** The means, and a new window. */
    Map<String, Double> drain() {
        var metrics = new LinkedHashMap<String, Double>();
        metrics.put("loss", lossSum / steps);
        sums.forEach((name, sum) -> metrics.put(name, sum / microBatches));
        metrics.put("num_tokens", (double) tokensSeen);
        if (seconds > 0) {
            metrics.put("pairs_per_second", pairs / seconds);
            metrics.put("tokens_per_second", tokens / seconds);
            metrics.put("step_seconds", seconds / steps);
            metrics.put("flops_per_second", flops / seconds);
        }
        metrics.put("grad_norm", gradientNorm);
        restore(new State(Map.of(), 0, 0, 0, 0, tokensSeen));
        return metrics;
    }

    State state() {
        return new State(new LinkedHashMap<>(sums), microBatches, lossSum, steps, gradientNorm, tokensSeen);
    }

    /** Timings start anew: a resumed window knows nothing of the time that passed before. */
    void restore(State state) {
        sums.clear();
        sums.putAll(state.sums());
        microBatches = state.microBatches();
        lossSum = state.lossSum();
        steps = state.steps();
        gradientNorm = state.gradientNorm();
        tokensSeen = state.tokensSeen();
        pairs = 0;
        tokens = 0;
        seconds = 0;
        flops = 0;
    }
}
