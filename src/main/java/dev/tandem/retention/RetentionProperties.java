package dev.tandem.retention;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long things stay that nobody asked to delete.
 *
 * @param interval how often is looked for what may go
 * @param checkpoints how long the checkpoints of a job stay after its end
 * @param jobs how long a job and its history stay after its end; for ever when it is left out
 * @param leftovers how old a file must be before it goes because no row points to it
 */
@ConfigurationProperties("tandem.retention")
record RetentionProperties(
        @DefaultValue("10m") Duration interval,
        @DefaultValue("7d") Duration checkpoints,
        @Nullable Duration jobs,
        @DefaultValue("2d") Duration leftovers) {

    private static final Duration SHORTEST = Duration.ofHours(1);

    RetentionProperties {
        if (interval.isNegative() || interval.isZero()) {
            throw new IllegalArgumentException("tandem.retention.interval must be greater than 0, was " + interval);
        }
        if (checkpoints.isNegative() || jobs != null && jobs.isNegative()) {
            throw new IllegalArgumentException(
                    "tandem.retention.checkpoints and .jobs must be 0 or greater, were %s and %s"
                            .formatted(checkpoints, jobs));
        }
        if (leftovers.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "tandem.retention.leftovers must be at least %s, was %s: files are written before the rows that point to them"
                            .formatted(SHORTEST, leftovers));
        }
    }
}
