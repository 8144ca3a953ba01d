package dev.tandem.jobs;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** How many jobs are in which status, at a price that does not grow with those that are over. */
@Component
class JobTally {

    static final Map<String, Long> NONE = Arrays.stream(JobStatus.values())
            .collect(Collectors.toMap(JobStatus::word, status -> 0L, Long::sum, LinkedHashMap::new));

    private static final String UNFINISHED = "status IN ('queued', 'starting', 'running', 'pausing', 'paused')";
    private static final int ROWS_TO_KEEP = 1000;

    private final JdbcClient sql;

    JobTally(JdbcClient sql) {
        this.sql = sql;
    }

    /** @param counts of every status, those without a job too */
    record OfQueue(Map<String, Long> counts, @Nullable Double oldestWaitSeconds) {}

    /** Queues that have or had a job. */
    Map<String, OfQueue> byQueue() {
        var found = new HashMap<String, OfQueue>();
        sql.sql("""
                SELECT queue, status, count(*),
                       extract(epoch FROM clock_timestamp() - min(next_run_at) FILTER (WHERE status = 'queued'))
                  FROM job WHERE %s GROUP BY queue, status
                UNION ALL
                SELECT queue, status, sum(jobs)::bigint, NULL FROM job_tally GROUP BY queue, status
                """.formatted(UNFINISHED)).query(row -> {
            OfQueue queue =
                    found.computeIfAbsent(row.getString(1), name -> new OfQueue(new LinkedHashMap<>(NONE), null));
            queue.counts().put(row.getString(2), row.getLong(3));
            double wait = row.getDouble(4);
            if (!row.wasNull()) {
                found.put(row.getString(1), new OfQueue(queue.counts(), Math.max(0, wait)));
            }
        });
        return found;
    }

    /** As in {@code 3 queued, 1 running}; empty if there is none. */
    String unfinishedOf(String queue) {
        return sql
                .sql("SELECT format('%s %s', count(*), status) FROM job WHERE queue = :queue AND " + UNFINISHED
                        + " GROUP BY status ORDER BY status")
                .param("queue", queue)
                .query(String.class)
                .list()
                .stream()
                .collect(Collectors.joining(", "));
    }

    /** Replaces the rows that each ended job left by their sums. */
    @Transactional
    public void sumUp() {
        long rows = sql.sql("SELECT count(*) FROM job_tally").query(Long.class).single();
        if (rows > ROWS_TO_KEEP) {
            sql.sql("""
                    WITH gone AS (DELETE FROM job_tally RETURNING queue, status, jobs)
                    INSERT INTO job_tally SELECT queue, status, sum(jobs) FROM gone GROUP BY queue, status
                    """).update();
        }
    }
}
