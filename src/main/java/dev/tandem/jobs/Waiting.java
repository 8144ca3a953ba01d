package dev.tandem.jobs;

import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Finds out why waiting jobs wait; it changes with what others do, so it is looked up when somebody asks. */
@Service
@Transactional(readOnly = true)
public class Waiting {

    /** Whoever is further back is not counted. */
    private static final int LONGEST_LINE = 10_000;

    private static final String FACTS = "WITH RECURSIVE " + Shares.SERVED + ", " + Turns.HEADS + """
            , projects AS (SELECT DISTINCT queue, project FROM line)
            SELECT j.id, j.queue, j.gpus, q.paused,
                   CASE WHEN j.next_run_at > clock_timestamp() THEN j.next_run_at END AS not_before,
                   EXISTS (SELECT FROM lease l JOIN job s ON s.id = l.job_id WHERE s.stopping_for = j.id) AS stopping,
                   q.max_running, q.max_gpus, coalesce(load.jobs, 0) AS running, coalesce(load.gpus, 0) AS running_gpus,
                   (SELECT count(*) FROM projects p
                      LEFT JOIN used other ON other.project = p.project LEFT JOIN used own ON own.project = j.project
                     WHERE p.queue = j.queue AND p.project <> j.project
                       AND coalesce(other.seconds, 0) < coalesce(own.seconds, 0)) AS modest
              FROM job j
              LEFT JOIN queue q ON q.name = j.queue
              LEFT JOIN load ON load.queue = j.queue
             WHERE j.id IN (:ids) AND j.status = 'queued'
            """;

    private static final String CAPACITY = """
            SELECT count(*), coalesce(sum(m.slots), 0), coalesce(sum(m.slots - r.jobs), 0),
                   coalesce(max(cardinality(m.gpus)), 0), coalesce(sum(cardinality(m.gpus)), 0),
                   coalesce(sum(cardinality(m.gpus) - r.gpus), 0)
              FROM machine m
             CROSS JOIN LATERAL (
                SELECT count(*) AS jobs, coalesce(sum(cardinality(a.gpus)), 0) AS gpus
                  FROM lease l JOIN attempt a ON a.job_id = l.job_id AND a.epoch = l.epoch
                 WHERE l.worker = m.name) r
             WHERE m.present_until > clock_timestamp()
            """;

    private static final String POSITIONS = """
            SELECT w.id, w.ahead
              FROM unnest(:queues) AS q (name)
             CROSS JOIN LATERAL (
                SELECT id, row_number() OVER () - 1 AS ahead
                  FROM (SELECT id FROM job WHERE status = 'queued' AND queue = q.name
                         ORDER BY priority DESC, created_at, id LIMIT %d) line) w
             WHERE w.id IN (:ids)
            """.formatted(LONGEST_LINE);

    private final JdbcClient sql;
    private final QueueProperties properties;

    Waiting(JdbcClient sql, QueueProperties properties) {
        this.sql = sql;
        this.properties = properties;
    }

    /**
     * A waiting job and its queue.
     *
     * @param notBefore until when it waits after a crash; null if that is over
     * @param stopping whether another job makes room for it
     * @param modest projects that wait in the same queue and used less lately
     */
    record Facts(
            String queue,
            int gpus,
            boolean paused,
            @Nullable Instant notBefore,
            boolean stopping,
            @Nullable Integer maxRunning,
            @Nullable Integer maxGpus,
            long running,
            long runningGpus,
            long modest) {}

    /** What all machines have that are there. */
    record Capacity(long machines, long slots, long freeSlots, int mostGpus, long gpus, long freeGpus) {}

    /** By id, in words; jobs that do not wait have none. */
    public Map<String, String> reasons(Collection<String> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        Map<String, Facts> facts = facts(ids);
        Map<String, Long> positions = positions(facts);
        Capacity capacity = capacity();
        return facts.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        job -> WaitReason.of(job.getValue(), capacity, positions.getOrDefault(job.getKey(), -1L))));
    }

    private Map<String, Facts> facts(Collection<String> ids) {
        var found = new HashMap<String, Facts>();
        sql.sql(FACTS)
                .param("halfLife", properties.halfLifeSeconds())
                .param("ids", ids)
                .query(row -> {
                    var notBefore = row.getTimestamp(5);
                    found.put(
                            row.getString(1),
                            new Facts(
                                    row.getString(2),
                                    row.getInt(3),
                                    row.getBoolean(4),
                                    notBefore == null ? null : notBefore.toInstant(),
                                    row.getBoolean(6),
                                    row.getObject(7, Integer.class),
                                    row.getObject(8, Integer.class),
                                    row.getLong(9),
                                    row.getLong(10),
                                    row.getLong(11)));
                });
        return found;
    }

    private Map<String, Long> positions(Map<String, Facts> jobs) {
        List<String> queues =
                jobs.values().stream().map(Facts::queue).distinct().toList();
        var found = new HashMap<String, Long>();
        if (!jobs.isEmpty()) {
            sql.sql(POSITIONS)
                    .param("queues", queues.toArray(String[]::new))
                    .param("ids", jobs.keySet())
                    .query(row -> {
                        found.put(row.getString(1), row.getLong(2));
                    });
        }
        return found;
    }

    private Capacity capacity() {
        return sql.sql(CAPACITY)
                .query((row, n) -> new Capacity(
                        row.getLong(1), row.getLong(2), row.getLong(3), row.getInt(4), row.getLong(5), row.getLong(6)))
                .single();
    }
}
