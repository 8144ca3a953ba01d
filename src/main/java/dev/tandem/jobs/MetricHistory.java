package dev.tandem.jobs;

import dev.tandem.spec.Wire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.core.type.TypeReference;

/** Reads numbers together with when they were reported. */
@Service
@Transactional(readOnly = true)
public class MetricHistory {

    private static final TypeReference<Map<String, @Nullable Object>> OBJECT = new TypeReference<>() {};

    private final JdbcClient sql;

    MetricHistory(JdbcClient sql) {
        this.sql = sql;
    }

    /** One value; what is not a number is a text, as {@code NaN}. */
    public record Point(int step, Instant at, Object value) {}

    /** All values of the newest step of a split. */
    public record Latest(String split, int step, Instant at, Map<String, @Nullable Object> values) {}

    /** Values of the steps behind {@code after}, first to last. */
    public List<Point> series(String job, String split, String name, int after, int limit) {
        return sql.sql("""
                SELECT step, created_at, "values" -> CAST(:name AS text) FROM metric
                 WHERE job_id = :job AND split = :split AND step > :after
                   AND jsonb_typeof("values" -> CAST(:name AS text)) IN ('number', 'string')
                 ORDER BY step LIMIT :limit
                """)
                .param("job", job)
                .param("split", split)
                .param("name", name)
                .param("after", after)
                .param("limit", limit)
                .query((row, n) -> new Point(
                        row.getInt(1),
                        row.getTimestamp(2).toInstant(),
                        Wire.JSON.readValue(row.getString(3), Object.class)))
                .list();
    }

    /** By job, {@code eval} before {@code train}. */
    public Map<String, List<Latest>> latest(Collection<String> jobs) {
        var found = new HashMap<String, List<Latest>>();
        sql.sql("""
                SELECT j.id, m.split, m.step, m.created_at, m."values"
                  FROM unnest(:jobs) AS j (id)
                 CROSS JOIN (VALUES ('eval'), ('train')) AS s (split)
                 CROSS JOIN LATERAL (SELECT * FROM metric
                                      WHERE job_id = j.id AND split = s.split ORDER BY step DESC LIMIT 1) m
                 ORDER BY j.id, m.split
                """).param("jobs", jobs.toArray(String[]::new)).query(row -> {
            found.computeIfAbsent(row.getString(1), id -> new ArrayList<>())
                    .add(new Latest(
                            row.getString(2),
                            row.getInt(3),
                            row.getTimestamp(4).toInstant(),
                            Wire.JSON.readValue(row.getString(5), OBJECT)));
        });
        return found;
    }
}
