package dev.tandem.estimates;

import dev.tandem.jobs.Speeds;
import dev.tandem.training.RunForecast;
import org.jspecify.annotations.Nullable;

/**
 * @param onGpu whether the memory is a GPU's
 * @param speed that was measured and the time is told by; null if nothing was measured yet
 */
public record Estimate(RunForecast forecast, boolean onGpu, Speeds.@Nullable Measured speed) {

    /** Of training alone, without loading and evaluations; null if no speed is known. */
    public @Nullable Double minutes() {
        return speed == null ? null : forecast.flops() / speed.flopsPerSecond() / 60;
    }
}
