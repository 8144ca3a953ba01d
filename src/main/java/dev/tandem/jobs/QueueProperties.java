package dev.tandem.jobs;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How queues and projects share the machines.
 *
 * @param halfLife after this long, what a queue or a project used counts half
 */
@ConfigurationProperties("tandem.queues")
record QueueProperties(@DefaultValue("1d") Duration halfLife) {

    QueueProperties {
        if (halfLife.compareTo(Duration.ofSeconds(1)) < 0) {
            throw new IllegalArgumentException("tandem.queues.half-life must be at least 1s, was " + halfLife);
        }
    }

    double halfLifeSeconds() {
        return halfLife.toMillis() / 1000.0;
    }
}
