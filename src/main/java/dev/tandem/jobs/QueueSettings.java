package dev.tandem.jobs;

import dev.tandem.spec.Rules;
import org.jspecify.annotations.Nullable;

/**
 * How a queue shares the machines with others; {@code dev.tandem.spec.Form} reads it.
 *
 * @param weight of two queues that always have jobs waiting, one of twice the weight gets twice the time
 * @param maxRunning jobs of the queue that run at one time at most; null for no cap
 * @param maxGpus GPUs that they have at one time at most; null for no cap
 * @param paused whether no further job of it is started
 */
public record QueueSettings(
        double weight,
        @Nullable Integer maxRunning,
        @Nullable Integer maxGpus,
        boolean paused) {

    public static final QueueSettings DEFAULTS = new QueueSettings(1, null, null, false);

    private static final double LEAST_WEIGHT = 1e-3;
    private static final double MOST_WEIGHT = 1e6;

    public QueueSettings {
        new Rules()
                .check(
                        weight >= LEAST_WEIGHT && weight <= MOST_WEIGHT,
                        "weight",
                        "must be from 0.001 to 1000000",
                        weight)
                .check(maxRunning == null || maxRunning >= 0, "max_running", "must be at least 0 or null", maxRunning)
                .check(maxGpus == null || maxGpus >= 0, "max_gpus", "must be at least 0 or null", maxGpus)
                .done();
    }
}
