package dev.tandem.jobs;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The gauge {@code tandem_jobs{status,queue}}: counted now and then, not at every change, so that it cannot drift. */
@Component
public class JobCounts {

    private final JdbcClient sql;
    private final MultiGauge jobs;

    JobCounts(JdbcClient sql, MeterRegistry registry) {
        this.sql = sql;
        this.jobs = MultiGauge.builder("tandem.jobs").register(registry);
    }

    public void refresh() {
        var rows = new ArrayList<Row<?>>();
        sql.sql("SELECT status, queue, count(*) FROM job GROUP BY status, queue")
                .query(row -> {
                    Tags tags = Tags.of("status", row.getString(1), "queue", row.getString(2));
                    rows.add(Row.of(tags, row.getLong(3)));
                });
        jobs.register(rows, true);
    }
}
