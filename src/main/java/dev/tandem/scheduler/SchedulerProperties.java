package dev.tandem.scheduler;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How this server's scheduler works.
 *
 * @param poll how often the queues are looked at
 * @param stopGrace how long workers may take for a checkpoint when the server stops
 */
@ConfigurationProperties("tandem.worker")
record SchedulerProperties(
        @DefaultValue("500ms") Duration poll,
        @DefaultValue("20s") Duration stopGrace) {}
