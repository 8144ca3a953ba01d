package dev.tandem.scheduler;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What this machine offers to jobs.
 *
 * @param slots worker processes at one time; the number of GPUs, or 1, when it is left out; 0 to start none here
 * @param name what this machine is called in attempts; its host name when it is left out
 * @param poll how often the queue is looked at
 * @param stopGrace how long workers may take for a checkpoint when the server stops
 */
@ConfigurationProperties("tandem.worker")
record SchedulerProperties(
        @Nullable Integer slots,
        @Nullable String name,
        @DefaultValue("500ms") Duration poll,
        @DefaultValue("20s") Duration stopGrace) {

    SchedulerProperties {
        if (slots != null && slots < 0) {
            throw new IllegalArgumentException("tandem.worker.slots must be 0 or greater, was " + slots);
        }
    }
}
