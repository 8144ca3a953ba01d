package dev.tandem.spec;

import org.jspecify.annotations.Nullable;

/**
 * A worker's proof of life.
 *
 * @param step optimizer steps done
 * @param totalSteps 0 until known
 * @param epoch passes over the data, with a fraction
 * @param etaSeconds null until known
 */
public record Heartbeat(
        int step, int totalSteps, double epoch, @Nullable Double etaSeconds) {

    /** The answer. */
    public record Reply(Instruction instruction) {}
}
