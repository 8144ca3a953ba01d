package dev.tandem.jobs;

import dev.tandem.spec.Wire;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;

/** Reads what a job left behind on its way. */
@Service
@Transactional(readOnly = true)
public class JobHistory {

    private static final TypeReference<Map<String, @Nullable Object>> OBJECT = new TypeReference<>() {};

    /** Both halves stop at the limit, so the indexes by time are read no further. */
    private static final String MOMENTS = """
            (SELECT (extract(epoch FROM created_at) * 1000000)::bigint AS micros, 'event' AS kind, seq AS n,
                    level, type, message, data
               FROM event
              WHERE job_id = :job
                AND created_at <= timestamptz 'epoch' + :micros * interval '1 microsecond'
                AND ((extract(epoch FROM created_at) * 1000000)::bigint, 'event', seq) < (:micros, :kind, :n)
              ORDER BY created_at DESC, seq DESC LIMIT :limit)
            UNION ALL
            (SELECT (extract(epoch FROM created_at) * 1000000)::bigint, split, step, 'info', 'metrics', '', "values"
               FROM metric
              WHERE job_id = :job
                AND created_at <= timestamptz 'epoch' + :micros * interval '1 microsecond'
                AND ((extract(epoch FROM created_at) * 1000000)::bigint, split, step) < (:micros, :kind, :n)
              ORDER BY created_at DESC, split DESC, step DESC LIMIT :limit)
             ORDER BY micros DESC, kind DESC, n DESC LIMIT :limit
            """;

    /** The last day of the year 9999, in microseconds since 1970. */
    private static final long THE_END_OF_TIME = 253_402_214_400_000_000L;

    private final JdbcClient sql;
    private final Checkpoints checkpoints;

    JobHistory(JdbcClient sql, Checkpoints checkpoints) {
        this.sql = sql;
        this.checkpoints = checkpoints;
    }

    public record Event(
            long seq,
            Instant createdAt,
            String level,
            String type,
            String message,
            Map<String, @Nullable Object> data) {}

    /** The numbers of one step; not a number is null. */
    public record Measured(int step, Map<String, @Nullable Object> values) {}

    /**
     * Where something stands in a job's history.
     *
     * @param micros microseconds since 1970
     * @param kind {@code event}, {@code train} or {@code eval}
     * @param number of the event, or step
     */
    public record Mark(long micros, String kind, long number) {}

    /** An event, or the numbers of one step, which have no message. */
    public record Moment(Mark mark, String level, String type, String message, Map<String, @Nullable Object> data) {}

    public record Checkpoint(String id, int step, long epoch, long sizeBytes, Instant createdAt) {}

    public List<Event> events(String job, long afterSeq, int limit) {
        return sql.sql("""
                SELECT seq, created_at, level, type, message, data FROM event
                 WHERE job_id = :job AND seq > :after ORDER BY seq LIMIT :limit
                """)
                .param("job", job)
                .param("after", afterSeq)
                .param("limit", limit)
                .query((row, n) -> new Event(
                        row.getLong(1),
                        row.getTimestamp(2).toInstant(),
                        row.getString(3),
                        row.getString(4),
                        row.getString(5),
                        Wire.JSON.readValue(row.getString(6), OBJECT)))
                .list();
    }

    /** Those of the jobs that have no more to tell: they ended, or are gone. */
    public Set<String> over(Collection<String> jobs) {
        return Set.copyOf(sql.sql("""
                SELECT asked.id FROM unnest(:jobs) AS asked (id)
                 WHERE NOT EXISTS (SELECT 1 FROM job
                                    WHERE job.id = asked.id AND status NOT IN ('succeeded', 'failed', 'cancelled'))
                """)
                .param("jobs", jobs.toArray(String[]::new))
                .query((row, n) -> row.getString(1))
                .list());
    }

    /** The number of the last event of each of the jobs. */
    public Map<String, Long> heads(Collection<String> jobs) {
        var heads = new HashMap<String, Long>();
        sql.sql("""
                SELECT asked.id, (SELECT max(seq) FROM event WHERE job_id = asked.id)
                  FROM unnest(:jobs) AS asked (id)
                """).param("jobs", jobs.toArray(String[]::new)).query(row -> {
            heads.put(row.getString(1), row.getLong(2));
        });
        return heads;
    }

    public List<Measured> metrics(String job, String split, int fromStep) {
        return sql.sql("""
                SELECT step, "values" FROM metric
                 WHERE job_id = :job AND split = :split AND step >= :from ORDER BY step
                """)
                .param("job", job)
                .param("split", split)
                .param("from", fromStep)
                .query((row, n) -> new Measured(row.getInt(1), Wire.JSON.readValue(row.getString(2), OBJECT)))
                .list();
    }

    /** The numbers of the newest step up to {@code step}. */
    public Optional<Measured> measured(String job, String split, int step) {
        return sql.sql("""
                SELECT step, "values" FROM metric
                 WHERE job_id = :job AND split = :split AND step <= :step ORDER BY step DESC LIMIT 1
                """)
                .param("job", job)
                .param("split", split)
                .param("step", step)
                .query((row, n) -> new Measured(row.getInt(1), Wire.JSON.readValue(row.getString(2), OBJECT)))
                .optional();
    }

    /** Events and metrics as one history, newest first, from behind {@code after}. */
    public List<Moment> moments(String job, @Nullable Mark after, int limit) {
        return sql.sql(MOMENTS)
                .param("job", job)
                .param("micros", after == null ? THE_END_OF_TIME : after.micros())
                .param("kind", after == null ? "" : after.kind())
                .param("n", after == null ? 0 : after.number())
                .param("limit", limit)
                .query((row, n) -> new Moment(
                        new Mark(row.getLong(1), row.getString(2), row.getLong(3)),
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        Wire.JSON.readValue(row.getString(7), OBJECT)))
                .list();
    }

    /** Newest first. */
    public List<Checkpoint> checkpoints(String job) {
        return checkpoints.of(job).stream()
                .map(c -> new Checkpoint(c.id(), c.step(), c.epoch(), c.sizeBytes(), c.createdAt()))
                .toList();
    }
}
