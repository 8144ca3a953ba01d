package dev.tandem.jobs;

import dev.tandem.spec.Report;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.springframework.stereotype.Component;

/** What an operator watches; labels never carry the id of a job. */
@Component
class JobMeters {

    private final MeterRegistry registry;
    private final Counter fencedWrites;
    private final Counter leaseExpirations;
    private final Counter tokens;
    private final Timer checkpoints;
    private final Counter usefulGpuSeconds;
    private final Counter lostGpuSeconds;

    JobMeters(MeterRegistry registry) {
        this.registry = registry;
        this.fencedWrites = registry.counter("tandem.fenced.writes");
        this.leaseExpirations = registry.counter("tandem.lease.expirations");
        this.tokens = registry.counter("tandem.train.tokens");
        this.checkpoints = registry.timer("tandem.checkpoint");
        this.usefulGpuSeconds = registry.counter("tandem.gpu.seconds", "outcome", "useful");
        this.lostGpuSeconds = registry.counter("tandem.gpu.seconds", "outcome", "lost");
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

    /**
     * Counts what was trained, again what is trained again.
     *
     * @param before tokens of the run so far; it goes back where a run goes on from a checkpoint
     */
    void trained(double before, List<Report.Metrics> measured) {
        double last = before;
        for (Report.Metrics metrics : measured) {
            Double now = metrics.values().get("num_tokens");
            if (now != null && metrics.split().equals("train")) {
                tokens.increment(Math.max(0, now - last));
                last = now;
            }
        }
    }

    void checkpointed(double seconds) {
        checkpoints.record(Duration.ofNanos((long) (1e9 * seconds)));
    }

    /**
     * @param seconds of all GPUs that an attempt had
     * @param lost those of them whose work nobody goes on from
     */
    void gpusWereUsed(double seconds, double lost) {
        usefulGpuSeconds.increment(Math.max(0, seconds - lost));
        lostGpuSeconds.increment(Math.clamp(lost, 0, seconds));
    }

    void fencedWrite() {
        fencedWrites.increment();
    }
}
