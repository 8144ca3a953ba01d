package dev.tandem.jobs;

import dev.tandem.spec.Wire;
import java.util.Map;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Writes what a person should read of a job, in the transaction of the change it tells of. */
@Component
class JobEvents {

    private final JdbcClient sql;
    private final ApplicationEventPublisher listeners;

    JobEvents(JdbcClient sql, ApplicationEventPublisher listeners) {
        this.sql = sql;
        this.listeners = listeners;
    }

    /** Tells of the job's present status. The caller holds the job's row, so sequence numbers are never shared. */
    void status(Job job, String level) {
        append(
                job.id(),
                level,
                "status",
                job.statusReason(),
                Map.of("status", job.status().word(), "epoch", job.epoch()));
        if (job.status().isFinal()) {
            listeners.publishEvent(new JobEnded(job.id(), job.status()));
        }
    }

    void append(String job, String level, String type, String message, Map<String, ?> data) {
        sql.sql("""
                INSERT INTO event (job_id, seq, created_at, level, type, message, data)
                SELECT :job, coalesce(max(seq), 0) + 1, clock_timestamp(), :level, :type, :message, CAST(:data AS jsonb)
                  FROM event WHERE job_id = :job
                """)
                .param("job", job)
                .param("level", level)
                .param("type", type)
                .param("message", message)
                .param(
                        "data",
                        Wire.JSON.writeValueAsString(data).replace("\\u0000", "\\ufffd")) // which jsonb cannot hold
                .update();
    }
}
