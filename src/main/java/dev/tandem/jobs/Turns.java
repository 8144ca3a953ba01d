package dev.tandem.jobs;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Whose turn it is: the queue that got least for its weight; in it the highest priority, then the project that used least,
 * then the job that is oldest. Queues that are paused or have reached a cap are passed over.
 */
@Component
class Turns {

    /**
     * Jobs that differ in nothing but priority and age.
     *
     * @param owed whether another job stopped on this machine for the first of them
     */
    private record Group(String queue, int gpus, String project, boolean owed) {}

    /**
     * Hops along the index from one group of waiting jobs to the next; {@code DISTINCT} would read every waiting job.
     * Needs {@link Shares#SERVED}.
     */
    static final String HEADS = """
            line (queue, gpus, project) AS (
                (SELECT queue, gpus, project FROM job WHERE status = 'queued' ORDER BY queue, gpus, project LIMIT 1)
                UNION ALL
                SELECT next.* FROM line l CROSS JOIN LATERAL (
                    SELECT queue, gpus, project FROM job
                     WHERE status = 'queued' AND (queue, gpus, project) > (l.queue, l.gpus, l.project)
                     ORDER BY queue, gpus, project LIMIT 1) next),
            load AS (SELECT queue, sum(seconds) AS seconds, sum(jobs) AS jobs, sum(gpus) AS gpus FROM served GROUP BY queue),
            used AS (SELECT project, sum(seconds) AS seconds FROM served GROUP BY project),
            heads AS (
                SELECT l.queue, l.gpus, l.project, h.id, h.priority, h.created_at, q.max_running, q.max_gpus,
                       coalesce(load.jobs, 0) AS running, coalesce(load.gpus, 0) AS running_gpus,
                       coalesce(load.seconds, 0) / q.weight AS served, coalesce(used.seconds, 0) AS used
                  FROM line l
                  JOIN queue q ON q.name = l.queue AND NOT q.paused
                 CROSS JOIN LATERAL (
                    SELECT id, priority, created_at FROM job
                     WHERE status = 'queued' AND queue = l.queue AND gpus = l.gpus AND project = l.project
                       AND next_run_at <= clock_timestamp()
                     ORDER BY priority DESC, created_at, id LIMIT 1) h
                  LEFT JOIN load ON load.queue = l.queue
                  LEFT JOIN used ON used.project = l.project)
            """;

    /** A place that was cleared for a job is its own, if it comes within a minute. */
    private static final String NEXT = "WITH RECURSIVE " + Shares.SERVED + ", " + HEADS + """
            SELECT queue, gpus, project, EXISTS (
                       SELECT FROM attempt a
                        WHERE a.preempted_for = heads.id AND a.worker = :machine
                          AND a.ended_at > clock_timestamp() - interval '1 minute') AS owed
              FROM heads
             WHERE (max_running IS NULL OR running < max_running)
               AND (max_gpus IS NULL OR gpus = 0 OR running_gpus + gpus <= max_gpus)
             ORDER BY owed DESC, served, priority DESC, used, created_at, id
            """;

    private final Jobs jobs;
    private final JdbcClient sql;
    private final QueueProperties properties;

    Turns(Jobs jobs, JdbcClient sql, QueueProperties properties) {
        this.jobs = jobs;
        this.sql = sql;
        this.properties = properties;
    }

    /**
     * Waits until no other claim is under way: each must see what the one before it took, or caps would be overrun and
     * shares be those of a moment ago.
     */
    void take() {
        sql.sql("SELECT pg_advisory_xact_lock(hashtextextended('tandem.claim', 0))::text")
                .query(String.class)
                .single();
    }

    boolean nobodyWaits() {
        return sql.sql("SELECT NOT EXISTS (SELECT FROM job WHERE status = 'queued')")
                .query(Boolean.class)
                .single();
    }

    /** Locks the job to run next until the transaction ends; one that somebody changes just now is passed over. */
    Optional<Job> next(String machine, int freeGpus) {
        for (Group group : groups(machine)) {
            boolean fits = group.gpus() <= freeGpus;
            if (group.owed() && !fits) {
                return Optional.empty(); // the worker that stopped for it is about to end and to free its GPU
            }
            Optional<Job> job =
                    fits ? jobs.lockNextWaiting(group.queue(), group.gpus(), group.project()) : Optional.empty();
            if (job.isPresent()) {
                return job;
            }
        }
        return Optional.empty();
    }

    private List<Group> groups(String machine) {
        return sql.sql(NEXT)
                .param("halfLife", properties.halfLifeSeconds())
                .param("machine", machine)
                .query((row, n) -> new Group(row.getString(1), row.getInt(2), row.getString(3), row.getBoolean(4)))
                .list();
    }
}
