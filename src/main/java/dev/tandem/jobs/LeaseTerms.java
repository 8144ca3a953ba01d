package dev.tandem.jobs;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How long a worker keeps a job.
 *
 * @param lease how long a silent worker keeps its job
 * @param heartbeat how often a worker proves that it is alive
 * @param startGrace how long one that was just started may take for its first heartbeat, if that is longer than the lease
 * @param cancelGrace how long a worker that is to cancel may take before it is killed
 * @param pauseGrace how long a worker that is to pause may take for its checkpoint before it is killed
 * @param backoff wait before a crashed job runs again; doubled each time, up to a minute
 */
@ConfigurationProperties("tandem.worker")
public record LeaseTerms(
        @DefaultValue("30s") Duration lease,
        @DefaultValue("5s") Duration heartbeat,
        @DefaultValue("30s") Duration startGrace,
        @DefaultValue("10s") Duration cancelGrace,
        @DefaultValue("2m") Duration pauseGrace,
        @DefaultValue("1s") Duration backoff) {

    private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(1);

    public LeaseTerms {
        if (heartbeat.isNegative() || heartbeat.isZero()) {
            throw new IllegalArgumentException("tandem.worker.heartbeat must be greater than 0, was " + heartbeat);
        }
        if (lease.compareTo(heartbeat.multipliedBy(3)) < 0) {
            throw new IllegalArgumentException(
                    "tandem.worker.lease (%s) must be at least three heartbeats (%s): one late beat must not cost a job its run"
                            .formatted(lease, heartbeat));
        }
    }

    /** How long a worker that has the job since now may be silent. */
    Duration firstLease() {
        return startGrace.compareTo(lease) > 0 ? startGrace : lease;
    }

    Duration backoff(int failures) {
        Duration wait = backoff.multipliedBy(1L << Math.min(failures, 20));
        return wait.compareTo(LONGEST_BACKOFF) < 0 ? wait : LONGEST_BACKOFF;
    }
}
