package dev.tandem.jobs;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import org.springframework.stereotype.Component;

/** What an operator watches; labels never carry the id of a job. */
@Component
class JobMeters {

    private final MeterRegistry registry;
    private final Counter fencedWrites;
    private final Counter leaseExpirations;

    JobMeters(MeterRegistry registry) {
        this.registry = registry;
        this.fencedWrites = registry.counter("tandem.fenced.writes");
        this.leaseExpirations = registry.counter("tandem.lease.expirations");
    }

    void claimed(Job job, Instant now) {
        registry.timer("tandem.job.queue.wait").record(Duration.between(job.nextRunAt(), now));
    }

    void attemptEnded(Job job, AttemptOutcome outcome) {
        registry.counter("tandem.attempts", "cause", outcome.word()).increment();
        if (outcome == AttemptOutcome.LOST) {
            leaseExpirations.increment();
        }
        finished(job);
    }

    void finished(Job job) {
        Instant finished = job.finishedAt();
        Instant started = job.startedAt();
        if (finished != null) {
            registry.counter("tandem.jobs.finished", "outcome", job.status().word())
                    .increment();
        }
        if (finished != null && started != null) {
            registry.timer("tandem.job.duration").record(Duration.between(started, finished));
        }
    }

    void fencedWrite() {
        fencedWrites.increment();
    }
}
