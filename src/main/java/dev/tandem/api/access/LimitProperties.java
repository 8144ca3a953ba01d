package dev.tandem.api.access;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How much one caller may ask for, where callers must say who they are.
 *
 * @param requestsPerSecond of one key or person; 0 for no limit
 * @param burst how many may come at once after a silence
 * @param failuresPerMinute of one address, with credentials that do not fit or none; 0 for no limit
 */
@ConfigurationProperties("tandem.limits")
record LimitProperties(
        @DefaultValue("100") int requestsPerSecond,
        @DefaultValue("1000") int burst,
        @DefaultValue("60") int failuresPerMinute) {

    LimitProperties {
        if (requestsPerSecond < 0 || failuresPerMinute < 0 || burst < 1) {
            throw new IllegalArgumentException(
                    "tandem.limits must not be negative, and burst at least 1, were requests-per-second=%d, burst=%d, failures-per-minute=%d"
                            .formatted(requestsPerSecond, burst, failuresPerMinute));
        }
    }
}
