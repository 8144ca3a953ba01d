package dev.tandem.jobs;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import org.springframework.stereotype.Component;

/** The gauge {@code tandem_jobs{status,queue}}: counted now and then, not at every change, so that it cannot drift. */
@Component
public class JobCounts {

    private final JobTally tally;
    private final MultiGauge jobs;

    JobCounts(JobTally tally, MeterRegistry registry) {
        this.tally = tally;
        this.jobs = MultiGauge.builder("tandem.jobs").register(registry);
    }

    public void refresh() {
        tally.sumUp();
        var rows = new ArrayList<Row<?>>();
        tally.byQueue()
                .forEach((queue, of) -> of.counts().forEach((status, count) -> {
                    if (count > 0) {
                        rows.add(Row.of(Tags.of("status", status, "queue", queue), count));
                    }
                }));
        jobs.register(rows, true);
    }
}
