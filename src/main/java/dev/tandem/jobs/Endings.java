package dev.tandem.jobs;

import dev.tandem.spec.FailureKind;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What the end of an attempt means for its job. Callers hold the job's row and have checked the epoch. */
@Component
class Endings {

    private final Jobs jobs;
    private final JdbcClient sql;
    private final DatabaseClock clock;
    private final JobEvents events;
    private final LeaseTerms terms;
    private final JobMeters meters;
    private final Shares shares;

    Endings(
            Jobs jobs,
            JdbcClient sql,
            DatabaseClock clock,
            JobEvents events,
            LeaseTerms terms,
            JobMeters meters,
            Shares shares) {
        this.jobs = jobs;
        this.sql = sql;
        this.clock = clock;
        this.events = events;
        this.terms = terms;
        this.meters = meters;
        this.shares = shares;
    }

    void succeeded(Job job, String model) {
        job.succeed(model, clock.now());
        close(job, AttemptOutcome.SUCCEEDED, "info");
    }

    /** The attempt broke: the job fails, or waits for its next attempt, or its owner's wish is fulfilled by it. */
    void broke(Job job, AttemptOutcome outcome, FailureKind kind, String message) {
        Instant now = clock.now();
        if (job.desired() == Wish.CANCEL) {
            job.cancelled("cancelled by request", now);
            close(job, AttemptOutcome.CANCELLED, "info");
        } else if (!kind.isWorthRetrying()) {
            job.fail(kind.code(), message, now);
            close(job, outcome, "error");
        } else if (job.status() == JobStatus.PAUSING) {
            job.paused("paused; the worker broke while it stopped (%s), resume goes on from the last checkpoint"
                    .formatted(message));
            close(job, outcome, "warn");
        } else if (outcome == AttemptOutcome.LOST && job.status() == JobStatus.STARTING) {
            job.queueAgain(
                    "attempt %d lost: %s, so it never began; that is no retry".formatted(job.epoch(), message), now);
            close(job, outcome, "warn");
        } else if (job.mayRetry()) {
            // Nobody knows why a lost worker fell silent, so there is nothing to wait for.
            Duration wait = outcome == AttemptOutcome.LOST ? Duration.ZERO : terms.backoff(job.failures());
            job.retry(
                    "attempt %d %s: %s; retry %d of %d starts from the last checkpoint in %d s"
                            .formatted(
                                    job.epoch(),
                                    outcome.word(),
                                    message,
                                    job.failures() + 1,
                                    job.maxRetries(),
                                    wait.toSeconds()),
                    now.plus(wait));
            close(job, outcome, "warn");
        } else {
            job.fail(
                    kind.code(),
                    "%s; that was the last of %d attempts (max_retries = %d)"
                            .formatted(message, job.failures() + 1, job.maxRetries()),
                    now);
            close(job, outcome, "error");
        }
    }

    /** The worker stopped as it was told, by the job's owner or by the end of its server. */
    void stopped(Job job, String reason) {
        switch (job.desired()) {
            case CANCEL -> {
                job.cancelled("cancelled by request", clock.now());
                close(job, AttemptOutcome.CANCELLED, "info");
            }
            case PAUSE -> {
                job.paused("paused by request; resume it to go on");
                close(job, AttemptOutcome.PAUSED, "info");
            }
            case PREEMPT -> {
                String other = String.valueOf(job.stoppingFor());
                job.queueAgain(
                        "preempted by %s; waiting for a free worker slot to go on from the last checkpoint"
                                .formatted(jobs.findById(other).orElseThrow().toldTo(job)),
                        clock.now());
                close(job, AttemptOutcome.PREEMPTED, "info", other);
            }
            case CONTINUE -> {
                job.queueAgain(reason, clock.now());
                close(job, AttemptOutcome.STOPPED, "info");
            }
        }
    }

    /** Fails the job for a reason that no other attempt would mend. */
    void failed(Job job, String code, String message) {
        job.fail(code, message, clock.now());
        close(job, AttemptOutcome.FAILED, "error");
    }

    private void close(Job job, AttemptOutcome outcome, String level) {
        close(job, outcome, level, null);
    }

    /**
     * A worker that went without a word did not outlive its last heartbeat by more than a lease: a night in which the
     * machine was off is no time that its job ran.
     */
    private void close(Job job, AttemptOutcome outcome, String level, @Nullable String preemptedFor) {
        boolean silent = outcome == AttemptOutcome.LOST || outcome == AttemptOutcome.CRASHED;
        sql.sql("""
                UPDATE attempt SET outcome = :outcome, preempted_for = :other,
                                   last_step = (SELECT step FROM job WHERE id = :job),
                                   ended_at = least(clock_timestamp(), (
                                       SELECT heartbeat_at + :ms * interval '1 millisecond'
                                         FROM lease WHERE job_id = :job AND :silent))
                 WHERE job_id = :job AND epoch = :epoch AND ended_at IS NULL
                """)
                .param("ms", terms.lease().toMillis())
                .param("silent", silent)
                .param("other", preemptedFor)
                .param("outcome", outcome.word())
                .param("job", job.id())
                .param("epoch", job.epoch())
                .update();
        countGpus(job, outcome);
        shares.charge(job);
        sql.sql("DELETE FROM lease WHERE job_id = :job").param("job", job.id()).update();
        events.status(job, level);
        meters.attemptEnded(job, outcome);
    }

    /** What an attempt did after its last checkpoint is lost, unless it came to the end. */
    private void countGpus(Job job, AttemptOutcome outcome) {
        sql.sql("""
                SELECT cardinality(gpus) * extract(epoch FROM ended_at - started_at),
                       cardinality(gpus) * extract(epoch FROM ended_at - coalesce(
                           (SELECT max(created_at) FROM checkpoint WHERE job_id = :job AND epoch = :epoch), started_at))
                  FROM attempt WHERE job_id = :job AND epoch = :epoch AND cardinality(gpus) > 0
                """).param("job", job.id()).param("epoch", job.epoch()).query(row -> {
            meters.gpusWereUsed(row.getDouble(1), outcome == AttemptOutcome.SUCCEEDED ? 0 : row.getDouble(2));
        });
    }
}
