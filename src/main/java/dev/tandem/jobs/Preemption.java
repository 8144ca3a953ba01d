package dev.tandem.jobs;

import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Makes room for a waiting job where nothing is free: a running job of lower priority is asked to write a checkpoint and to
 * wait again. It is the one that loses least: of the lowest priority; then the one with the least work since its last
 * checkpoint, which is lost if it does not stop in time; then the youngest.
 */
@Service
public class Preemption {

    /** Whether the caps of the waiting job's queue allow it to start once {@code %1$s} jobs like the victim are gone. */
    private static final String CAPS_ALLOW = """
            ((h.max_running IS NULL OR h.running - %1$s < h.max_running)
              AND (h.max_gpus IS NULL OR h.gpus = 0 OR h.running_gpus - %1$s * v.gpus + h.gpus <= h.max_gpus))
            """;

    private static final String PAIR = "WITH RECURSIVE " + Shares.SERVED + ", " + Turns.HEADS
            + """
            , places AS (
                SELECT m.name, m.slots - count(l.job_id) AS slots,
                       cardinality(m.gpus) - coalesce(sum(cardinality(a.gpus)), 0) AS gpus
                  FROM machine m
                  LEFT JOIN lease l ON l.worker = m.name
                  LEFT JOIN attempt a ON a.job_id = l.job_id AND a.epoch = l.epoch
                 WHERE m.present_until > clock_timestamp()
                 GROUP BY m.name),
            victims AS (
                SELECT j.id, j.queue, j.priority, j.gpus, a.started_at, p.gpus AS free_gpus,
                       greatest(j.gpus, 1) * (clock_timestamp() - greatest(a.started_at, (
                           SELECT max(c.created_at) FROM checkpoint c WHERE c.job_id = j.id))) AS at_stake
                  FROM lease l
                  JOIN job j ON j.id = l.job_id
                  JOIN attempt a ON a.job_id = l.job_id AND a.epoch = l.epoch
                  JOIN places p ON p.name = l.worker AND p.slots >= 0
                 WHERE j.status = 'running' AND j.desired = 'continue'
                   AND a.started_at <= clock_timestamp() - :ms * interval '1 millisecond')
            SELECT h.id, v.id
              FROM heads h
              JOIN victims v ON v.priority < h.priority AND v.free_gpus + v.gpus >= h.gpus
             WHERE %s
               AND NOT (%s AND EXISTS (SELECT FROM places p WHERE p.slots > 0 AND p.gpus >= h.gpus))
               AND NOT EXISTS (SELECT FROM lease l JOIN job j ON j.id = l.job_id WHERE j.stopping_for = h.id)
             ORDER BY h.priority DESC, h.created_at, h.id, v.priority, v.at_stake, v.started_at DESC
             LIMIT 1
            """.formatted(CAPS_ALLOW.formatted("(v.queue = h.queue)::int"), CAPS_ALLOW.formatted("0"));

    private final Jobs jobs;
    private final Turns turns;
    private final JdbcClient sql;
    private final JobEvents events;
    private final DatabaseClock clock;
    private final QueueProperties properties;

    Preemption(
            Jobs jobs, Turns turns, JdbcClient sql, JobEvents events, DatabaseClock clock, QueueProperties properties) {
        this.jobs = jobs;
        this.turns = turns;
        this.sql = sql;
        this.events = events;
        this.clock = clock;
        this.properties = properties;
    }

    /** @param victim that makes room for the job {@code waiting} */
    public record Asked(String waiting, String victim) {}

    /** Asks one job to make room, if that is called for; a waiting job has one at a time stop for it. */
    @Transactional
    public Optional<Asked> makeRoom() {
        if (!properties.preemption() || turns.nobodyWaits() || pair().isEmpty()) {
            return Optional.empty();
        }
        turns.take();
        return pair().filter(this::ask);
    }

    private Optional<Asked> pair() {
        return sql.sql(PAIR)
                .param("halfLife", properties.halfLifeSeconds())
                .param("ms", properties.preemptAfter().toMillis())
                .query((row, n) -> new Asked(row.getString(1), row.getString(2)))
                .optional();
    }

    private boolean ask(Asked pair) {
        Job waiting = jobs.lock(pair.waiting()).orElseThrow();
        Job victim = jobs.lock(pair.victim()).orElseThrow();
        if (waiting.status() != JobStatus.QUEUED || !victim.mayMakeRoom()) {
            return false; // one of them changed in this moment
        }
        victim.askToMakeRoom(waiting, clock.now());
        events.append(
                victim.id(),
                "warn",
                "preempted",
                victim.statusReason(),
                Map.of(
                        "for",
                        waiting.toldTo(victim),
                        "for_priority",
                        waiting.priority(),
                        "priority",
                        victim.priority()));
        events.append(
                waiting.id(),
                "info",
                "message",
                "%s of priority %d is asked to make room for this one"
                        .formatted(victim.toldTo(waiting), victim.priority()),
                Map.of("priority", victim.priority()));
        return true;
    }
}
