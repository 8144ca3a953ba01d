package dev.tandem.api;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How open streams are held.
 *
 * @param heartbeat after how long a silence a sign of life is sent; proxies close silent connections, often after a minute
 */
@ConfigurationProperties("tandem.streams")
record StreamProperties(@DefaultValue("15s") Duration heartbeat) {

    StreamProperties {
        if (!heartbeat.isPositive()) {
            throw new IllegalArgumentException(
                    "tandem.streams.heartbeat must be positive, was %s".formatted(heartbeat));
        }
    }
}
