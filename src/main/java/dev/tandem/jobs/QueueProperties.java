package dev.tandem.jobs;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How queues and projects share the machines.
 *
 * @param halfLife after this long, what a queue or a project used counts half
 * @param preemption whether a job may take the place of one of lower priority
 * @param preemptAfter how long each run of a job is left alone, however low its priority
 */
@ConfigurationProperties("tandem.queues")
record QueueProperties(
        @DefaultValue("1d") Duration halfLife,
        @DefaultValue("true") boolean preemption,
        @DefaultValue("2m") Duration preemptAfter) {

    QueueProperties {
        if (halfLife.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("tandem.queues.half-life must be at least 1s, was " + halfLife);
        }
        if (preemptAfter.isNegative()) {
            throw new IllegalArgumentException("tandem.queues.preempt-after must be 0 or greater, was " + preemptAfter);
        }
    }

    double halfLifeSeconds() {
        return halfLife.toMillis() / 1000.0;
    }
}
