package dev.tandem.jobs;

import dev.tandem.jobs.Fleet.Offer;
import dev.tandem.security.AttemptToken;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.WorkerExit;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The scheduler's door: who runs which job, and what becomes of runs that end. Each method is one transaction. */
@Service
@Transactional
public class Attempts {

    private static final int UNKNOWN_EXIT = -1;

    private final Jobs jobs;
    private final Turns turns;
    private final Places places;
    private final JdbcClient sql;
    private final Endings endings;
    private final JobEvents events;
    private final DatabaseClock clock;
    private final LeaseTerms terms;
    private final JobMeters meters;

    Attempts(
            Jobs jobs,
            Turns turns,
            Places places,
            JdbcClient sql,
            Endings endings,
            JobEvents events,
            DatabaseClock clock,
            LeaseTerms terms,
            JobMeters meters) {
        this.jobs = jobs;
        this.turns = turns;
        this.places = places;
        this.sql = sql;
        this.endings = endings;
        this.events = events;
        this.clock = clock;
        this.terms = terms;
        this.meters = meters;
    }

    /**
     * A job that is to be started now.
     *
     * @param token that its worker speaks by
     * @param gpus of the machine that it got
     */
    public record Claim(String job, long epoch, AttemptToken token, List<String> gpus) {}

    /** One run of one job. */
    public record AttemptId(String job, long epoch) {}

    /** Takes the job that is next, unless {@code worker}, which has no GPU, has all its slots in use. */
    public Optional<Claim> claimNext(String worker, int slots, AttemptToken token) {
        return claimNext(new Offer(worker, slots, List.of()), token);
    }

    /**
     * Takes the job that is next and that the machine has room for. Asked again with the same token, because the answer was
     * lost, it gives the same claim.
     */
    public Optional<Claim> claimNext(Offer offer, AttemptToken token) {
        if (turns.nobodyWaits()) {
            return granted(token);
        }
        turns.take();
        return granted(token)
                .or(() -> places.free(offer)
                        .flatMap(gpus -> turns.next(offer.machine(), gpus.size())
                                .map(job -> start(job, offer.machine(), gpus.subList(0, job.gpus()), token))));
    }

    private Optional<Claim> granted(AttemptToken token) {
        return sql.sql("SELECT job_id, epoch, gpus FROM attempt WHERE token_hash = :hash AND ended_at IS NULL")
                .param("hash", token.hash())
                .query((row, n) -> new Claim(row.getString(1), row.getLong(2), token, Fleet.texts(row, 3)))
                .optional();
    }

    private Claim start(Job job, String worker, List<String> gpus, AttemptToken token) {
        Instant now = clock.now();
        meters.claimed(job, now);
        job.start(worker, now);
        sql.sql("""
                INSERT INTO attempt (job_id, epoch, worker, token_hash, gpus, started_at)
                VALUES (:job, :epoch, :worker, :hash, :gpus, clock_timestamp())
                """)
                .param("gpus", gpus.toArray(String[]::new))
                .param("job", job.id())
                .param("epoch", job.epoch())
                .param("worker", worker)
                .param("hash", token.hash())
                .update();
        sql.sql("""
                INSERT INTO lease (job_id, epoch, worker, heartbeat_at, expires_at)
                VALUES (:job, :epoch, :worker, clock_timestamp(), clock_timestamp() + :ms * interval '1 millisecond')
                """)
                .param("job", job.id())
                .param("epoch", job.epoch())
                .param("worker", worker)
                .param("ms", terms.lease().toMillis())
                .update();
        events.status(job, "info");
        return new Claim(job.id(), job.epoch(), token, List.copyOf(gpus));
    }

    /** The claim's worker was started and has time to get up; without this word, its server died before. */
    public void workerStarted(AttemptId id) {
        extend("WHERE job_id = :job AND epoch = :epoch", terms.firstLease())
                .param("job", id.job())
                .param("epoch", id.epoch())
                .update();
    }

    /**
     * Gives every running attempt a full lease from now. Called when a server comes up or gets its database back: until
     * then no worker could renew, so silence says nothing.
     */
    public void giveGrace() {
        extend("", terms.lease()).update();
    }

    private JdbcClient.StatementSpec extend(String which, Duration silence) {
        return sql.sql(
                        "UPDATE lease SET expires_at = greatest(expires_at, clock_timestamp() + :ms * interval '1 millisecond') "
                                + which)
                .param("ms", silence.toMillis());
    }

    @Transactional(readOnly = true)
    public List<AttemptId> expired() {
        return ids("SELECT job_id, epoch FROM lease WHERE expires_at < clock_timestamp()");
    }

    /** The attempt's lease ran out. Nothing happens if a heartbeat came in between. */
    public void lost(AttemptId id) {
        current(id)
                .ifPresent(job -> silence(id)
                        .ifPresent(seconds -> endings.broke(
                                job,
                                AttemptOutcome.LOST,
                                FailureKind.WORKER_LOST,
                                "nothing was heard of the worker for %d s".formatted(seconds))));
    }

    /** @return seconds; empty if the attempt's lease still holds */
    private Optional<Long> silence(AttemptId id) {
        return sql.sql("""
                SELECT extract(epoch FROM clock_timestamp() - heartbeat_at)::bigint FROM lease
                 WHERE job_id = :job AND epoch = :epoch AND expires_at < clock_timestamp()
                """)
                .param("job", id.job())
                .param("epoch", id.epoch())
                .query(Long.class)
                .optional();
    }

    /** Attempts whose worker was asked to stop and did not in time. */
    @Transactional(readOnly = true)
    public List<AttemptId> deafToWishes() {
        return sql.sql("""
                SELECT id, epoch FROM job
                 WHERE status IN ('starting', 'running', 'pausing')
                   AND (desired = 'cancel' AND desired_at < clock_timestamp() - :cancel * interval '1 millisecond'
                     OR desired IN ('pause', 'preempt') AND desired_at < clock_timestamp() - :pause * interval '1 millisecond')
                """)
                .param("cancel", terms.cancelGrace().toMillis())
                .param("pause", terms.pauseGrace().toMillis())
                .query((row, n) -> new AttemptId(row.getString(1), row.getLong(2)))
                .list();
    }

    /** Fulfils the wish without the worker, which is fenced from now on. */
    public void overrule(AttemptId id) {
        current(id).ifPresent(job -> endings.stopped(job, "the worker did not stop in time"));
    }

    /**
     * Attempts of jobs that had their {@code max_runtime_seconds} on workers, all attempts together. What is open counts
     * for a lease beyond its last heartbeat at most.
     */
    @Transactional(readOnly = true)
    public List<AttemptId> overrun() {
        return ids("""
                SELECT j.id, j.epoch FROM job j JOIN lease l ON l.job_id = j.id
                 WHERE j.status IN ('starting', 'running', 'pausing') AND j.max_runtime_seconds IS NOT NULL
                   AND j.max_runtime_seconds < (
                       SELECT sum(extract(epoch FROM coalesce(
                                  a.ended_at, least(clock_timestamp(), l.heartbeat_at + %d * interval '1 millisecond'))
                              - a.started_at))
                         FROM attempt a WHERE a.job_id = j.id)
                """.formatted(terms.lease().toMillis()));
    }

    public void failOverrun(AttemptId id) {
        current(id)
                .ifPresent(job -> endings.failed(
                        job,
                        "max_runtime_exceeded",
                        "the job ran longer than max_runtime_seconds = %d, all %d attempts together; submit it with more"
                                .formatted(job.maxRuntimeSeconds(), job.epoch())));
    }

    /** The worker's process is gone. Nothing happens if its last report said how it ended. */
    public void processEnded(AttemptId id, OptionalInt exit, String lastWords) {
        int exitCode = exit.orElse(UNKNOWN_EXIT);
        current(id).ifPresent(job -> {
            if (exitCode == WorkerExit.CANCELLED_OR_PAUSED.code() || exitCode == WorkerExit.SIGTERM) {
                endings.stopped(job, "the worker was stopped; waiting for a free worker slot");
            } else if (exitCode == WorkerExit.PERMANENT_FAILURE.code()) {
                endings.failed(job, "worker_failed", "the worker ended with code 42: " + lastWords);
            } else {
                String message = "the worker's process ended with %s: %s"
                        .formatted(exit.isPresent() ? "code " + exitCode : "a code nobody saw", lastWords);
                endings.broke(job, AttemptOutcome.CRASHED, FailureKind.CRASHED, message);
            }
        });
    }

    /** The worker could not even be started. */
    public void startFailed(AttemptId id, String reason) {
        current(id).ifPresent(job -> endings.broke(job, AttemptOutcome.CRASHED, FailureKind.CRASHED, reason));
    }

    /** The attempt goes back to the queue because its server stops. */
    public void putBack(AttemptId id) {
        current(id).ifPresent(job -> endings.stopped(job, "the server was stopped; waiting for a free worker slot"));
    }

    @Transactional(readOnly = true)
    public boolean isCurrent(AttemptId id) {
        return sql.sql("SELECT count(*) FROM lease WHERE job_id = :job AND epoch = :epoch")
                        .param("job", id.job())
                        .param("epoch", id.epoch())
                        .query(Long.class)
                        .single()
                > 0;
    }

    private Optional<Job> current(AttemptId id) {
        return jobs.lock(id.job())
                .filter(job -> job.epoch() == id.epoch() && job.status().isUnderWay());
    }

    private List<AttemptId> ids(String query) {
        return sql.sql(query)
                .query((row, n) -> new AttemptId(row.getString(1), row.getLong(2)))
                .list();
    }
}
