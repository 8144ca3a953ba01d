package dev.tandem.demo;

import dev.tandem.jobs.Job;
import org.jspecify.annotations.Nullable;

/**
 * Tells the time left from the steps seen so far. A worker tells it too, but with its heartbeat, and a short job is over
 * before the second one.
 */
final class Pace {

    private int firstStep;
    private long firstNanos;

    @Nullable
    Double eta(Job job) {
        if (firstStep == 0) {
            firstStep = job.step();
            firstNanos = System.nanoTime();
        }
        int done = job.step() - firstStep;
        double seconds = (System.nanoTime() - firstNanos) / 1e9;
        return done == 0 ? null : Double.valueOf(seconds / done * (job.totalSteps() - job.step()));
    }
}
