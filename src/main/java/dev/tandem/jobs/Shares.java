package dev.tandem.jobs;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * What queues and projects used of the machines: a second on a worker counts one for each GPU, or one without, and halves
 * with every {@code half-life}. The database does the sums, so all servers see the same.
 */
@Component
class Shares {

    /**
     * What a run counts from its first moment on. Without it, all slots that come free in one moment would go to whoever
     * is behind at that moment.
     */
    private static final int ADVANCE_SECONDS = 60;

    /** The halvings are kept in the range of a double: so old a use counts nothing. */
    private static final String LEFT_AFTER =
            "power(0.5::double precision, least(1000, extract(epoch FROM %s)::double precision / :halfLife))";

    /** The integral of what is left of each second between two moments. */
    private static final String SECONDS_BETWEEN = ":halfLife / ln(2.0::double precision) * (%s - %s)"
            .formatted(
                    LEFT_AFTER.formatted("greatest(interval '0', clock_timestamp() - %2$s)"),
                    LEFT_AFTER.formatted("clock_timestamp() - %1$s"));

    /** A part of a query: what each project used in each queue, and what it runs there now. Needs {@code :halfLife}. */
    static final String SERVED = """
            served (queue, project, seconds, jobs, gpus) AS (
                SELECT queue, project, sum(seconds), sum(jobs), sum(gpus) FROM (
                    SELECT u.queue, u.project, u.seconds * %s AS seconds, 0 AS jobs, 0 AS gpus FROM queue_usage u
                    UNION ALL
                    SELECT j.queue, j.project, greatest(j.gpus, 1) * (%d + %s), 1, j.gpus
                      FROM lease l
                      JOIN job j ON j.id = l.job_id
                      JOIN attempt a ON a.job_id = l.job_id AND a.epoch = l.epoch) each
                 GROUP BY queue, project)
            """.formatted(
                    LEFT_AFTER.formatted("clock_timestamp() - u.as_of"),
                    ADVANCE_SECONDS,
                    SECONDS_BETWEEN.formatted("a.started_at", "clock_timestamp()"));

    private final JdbcClient sql;
    private final QueueProperties properties;

    Shares(JdbcClient sql, QueueProperties properties) {
        this.sql = sql;
        this.properties = properties;
    }

    /** Puts the job's attempt, which is over, on the account of its queue and project. */
    void charge(Job job) {
        sql.sql("""
                INSERT INTO queue_usage (queue, project, seconds, as_of)
                SELECT j.queue, j.project, greatest(j.gpus, 1) * %s, clock_timestamp()
                  FROM job j JOIN attempt a ON a.job_id = j.id
                 WHERE j.id = :job AND a.epoch = :epoch
                ON CONFLICT (queue, project) DO UPDATE
                   SET seconds = queue_usage.seconds * %s + excluded.seconds, as_of = excluded.as_of
                """.formatted(
                                SECONDS_BETWEEN.formatted("a.started_at", "a.ended_at"),
                                LEFT_AFTER.formatted("excluded.as_of - queue_usage.as_of")))
                .param("halfLife", properties.halfLifeSeconds())
                .param("job", job.id())
                .param("epoch", job.epoch())
                .update();
    }
}
