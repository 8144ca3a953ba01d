package dev.tandem.jobs;

import dev.tandem.spec.Wire;
import java.time.Instant;
import java.util.List;
import java.util.Map;
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

    /** Newest first. */
    public List<Checkpoint> checkpoints(String job) {
        return checkpoints.of(job).stream()
                .map(c -> new Checkpoint(c.id(), c.step(), c.epoch(), c.sizeBytes(), c.createdAt()))
                .toList();
    }
}
