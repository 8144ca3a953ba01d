package dev.tandem.jobs;

import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.models.ModelKind;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Report;
import dev.tandem.spec.Wire;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** Writes down one report of a worker that was found to own its job. */
@Component
class ReportWriter {

    private final JdbcClient sql;
    private final JobEvents events;
    private final Checkpoints checkpoints;
    private final ModelRegistry models;
    private final Endings endings;
    private final JobMeters meters;

    ReportWriter(
            JdbcClient sql,
            JobEvents events,
            Checkpoints checkpoints,
            ModelRegistry models,
            Endings endings,
            JobMeters meters) {
        this.sql = sql;
        this.events = events;
        this.checkpoints = checkpoints;
        this.models = models;
        this.endings = endings;
        this.meters = meters;
    }

    void write(Job job, Report report) {
        switch (report) {
            case Report.Started started -> started(job, started);
            case Report.Metrics metrics -> metrics(job, metrics);
            case Report.Event event -> events.append(job.id(), event.level(), "message", event.message(), event.data());
            case Report.CheckpointSaved saved -> checkpoint(job, saved);
            case Report.Succeeded done -> succeeded(job, done);
            case Report.Failed failed -> endings.broke(job, AttemptOutcome.FAILED, failed.kind(), failed.message());
            case Report.Stopped stopped ->
                endings.stopped(
                        job,
                        "the worker was stopped at step %d; waiting for a free worker slot".formatted(stopped.step()));
        }
    }

    void progress(AttemptId id, Heartbeat beat) {
        if (beat.totalSteps() > 0) { // before that the worker has not found its place
            progress(id.job(), id.epoch(), beat);
        }
    }

    private void progress(String job, long epoch, Heartbeat beat) {
        sql.sql("""
                UPDATE job SET step = :step, total_steps = :total, data_epoch = :passes, eta_seconds = :eta
                 WHERE id = :job AND epoch = :epoch
                """)
                .param("step", beat.step())
                .param("total", beat.totalSteps())
                .param("passes", beat.epoch())
                .param("eta", beat.etaSeconds())
                .param("job", job)
                .param("epoch", epoch)
                .update();
    }

    private void started(Job job, Report.Started started) {
        // What an earlier attempt measured past its last checkpoint is not part of this history.
        sql.sql("DELETE FROM metric WHERE job_id = :job AND step > :step AND epoch < :epoch")
                .param("job", job.id())
                .param("step", started.fromStep())
                .param("epoch", job.epoch())
                .update();
        sql.sql("UPDATE job SET step = :step, total_steps = :total WHERE id = :job AND epoch = :epoch")
                .param("step", started.fromStep())
                .param("total", started.totalSteps())
                .param("job", job.id())
                .param("epoch", job.epoch())
                .update();
        String message = "training on %s: %d rows (%d dropped), step %d of %d"
                .formatted(
                        started.device(),
                        started.rows(),
                        started.droppedRows(),
                        started.fromStep(),
                        started.totalSteps());
        events.append(
                job.id(),
                "info",
                "started",
                message,
                Map.of(
                        "total_steps", started.totalSteps(),
                        "from_step", started.fromStep(),
                        "rows", started.rows(),
                        "dropped_rows", started.droppedRows(),
                        "device", started.device()));
    }

    private void metrics(Job job, Report.Metrics metrics) {
        sql.sql("""
                INSERT INTO metric (job_id, split, step, epoch, "values", created_at)
                VALUES (:job, :split, :step, :epoch, CAST(:values AS jsonb), clock_timestamp())
                ON CONFLICT (job_id, split, step) DO UPDATE
                   SET epoch = excluded.epoch, "values" = excluded."values", created_at = excluded.created_at
                 WHERE metric.epoch <= excluded.epoch
                """)
                .param("job", job.id())
                .param("split", metrics.split())
                .param("step", metrics.step())
                .param("epoch", job.epoch())
                .param("values", Wire.JSON.writeValueAsString(metrics.values()))
                .update();
    }

    /** Shows the newest of these numbers with the job; once for many, for each change copies its whole row. */
    void latest(Job job, List<Report.Metrics> measured) {
        if (measured.isEmpty()) {
            return;
        }
        var latest = new LinkedHashMap<String, Double>();
        int step = 0;
        double passes = 0;
        for (Report.Metrics metrics : measured) {
            String prefix = metrics.split().equals("eval") ? "eval_" : "";
            metrics.values().forEach((name, value) -> latest.put(prefix + name, value));
            step = Math.max(step, metrics.step());
            passes = Math.max(passes, metrics.values().getOrDefault("epoch", 0.0));
        }
        sql.sql("""
                UPDATE job SET latest_metrics = job.latest_metrics || CAST(:latest AS jsonb),
                               step = greatest(job.step, :step), data_epoch = greatest(job.data_epoch, :passes)
                  FROM (SELECT latest_metrics FROM job WHERE id = :job) before
                 WHERE id = :job AND epoch = :epoch
                RETURNING coalesce((before.latest_metrics ->> 'num_tokens')::float8, 0)
                """)
                .param("latest", Wire.JSON.writeValueAsString(latest))
                .param("step", step)
                .param("passes", passes)
                .param("job", job.id())
                .param("epoch", job.epoch())
                .query((row, n) -> row.getDouble(1))
                .optional()
                .ifPresent(before -> meters.trained(before, measured));
    }

    private void checkpoint(Job job, Report.CheckpointSaved saved) {
        checkpoints.add(
                job,
                saved.step(),
                saved.path(),
                saved.sizeBytes(),
                job.request().training().saveTotalLimit(),
                saved.bestStep());
        if (saved.seconds() != null) {
            meters.checkpointed(saved.seconds());
        }
        events.append(
                job.id(),
                "info",
                "checkpoint",
                "checkpoint at step %d".formatted(saved.step()),
                Map.of("step", saved.step(), "size_bytes", saved.sizeBytes()));
    }

    private void succeeded(Job job, Report.Succeeded done) {
        if (!models.keepContent(done.tree())) {
            String message = "the result %s is not in the blob store any more".formatted(done.tree());
            endings.broke(job, AttemptOutcome.FAILED, FailureKind.STORAGE, message);
            return;
        }
        sql.sql("""
                UPDATE job SET step = :step, total_steps = greatest(total_steps, :step), eta_seconds = 0,
                               latest_metrics = latest_metrics || CAST(:metrics AS jsonb)
                 WHERE id = :job AND epoch = :epoch
                """)
                .param("step", done.step())
                .param("metrics", Wire.JSON.writeValueAsString(done.metrics()))
                .param("job", job.id())
                .param("epoch", job.epoch())
                .update();
        RegisteredModel result = models.registerResult(
                job.project(), job.name(), ModelKind.of(done.kind()), done.tree(), job.modelId(), job.id());
        endings.succeeded(job, result.id());
    }
}
