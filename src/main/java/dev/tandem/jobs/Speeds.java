package dev.tandem.jobs;

import dev.tandem.security.Project;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** How fast jobs computed on these machines, as they measured it themselves. */
@Service
@Transactional(readOnly = true)
public class Speeds {

    private final JdbcClient sql;

    Speeds(JdbcClient sql) {
        this.sql = sql;
    }

    /** @param job that measured it; null if it is of another project */
    public record Measured(@Nullable String job, double flopsPerSecond) {}

    /** Of the newest jobs that measured anything, the one whose model is nearest in size. */
    public Optional<Measured> nearest(Project project, long parameters) {
        return sql.sql("""
                SELECT CASE WHEN j.project = :project THEN j.id END, speed.median
                  FROM (SELECT id, project, model_id, created_at FROM job
                         WHERE started_at IS NOT NULL ORDER BY created_at DESC, id DESC LIMIT 200) j
                  JOIN model ON model.id = j.model_id
                 CROSS JOIN LATERAL (
                        SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY flops) AS median
                          FROM (SELECT CAST("values" ->> 'flops_per_second' AS float8) AS flops FROM metric
                                 WHERE job_id = j.id AND split = 'train'
                                   AND jsonb_typeof("values" -> 'flops_per_second') = 'number'
                                 ORDER BY step DESC LIMIT 20) newest) speed
                 WHERE speed.median > 0
                 ORDER BY abs(ln(CAST(model.parameters AS float8) / :parameters)), j.created_at DESC LIMIT 1
                """)
                .param("project", project.name())
                .param("parameters", parameters)
                .query((row, n) -> new Measured(row.getString(1), row.getDouble(2)))
                .optional();
    }
}
