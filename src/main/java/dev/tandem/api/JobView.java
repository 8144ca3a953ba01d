package dev.tandem.api;

import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard.Attempt;
import dev.tandem.jobs.JobStatus;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.spec.Form;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job as clients see it; {@code training} has every default filled in. */
record JobView(
        String id,
        String name,
        String status,
        String statusReason,
        String model,
        String dataset,
        @Nullable String evalDataset,
        String method,
        Map<String, @Nullable Object> training,
        @Nullable Map<String, @Nullable Object> lora,
        @Nullable String adapter,
        Map<String, @Nullable Object> resources,
        @Nullable String runDigest,
        String queue,
        int priority,
        int maxRetries,
        @Nullable Long maxRuntimeSeconds,
        Map<String, String> labels,
        Progress progress,
        Map<String, @Nullable Object> latestMetrics,
        @Nullable String outputModel,
        @Nullable Failure error,
        List<Attempt> attempts,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant finishedAt) {

    /** @param epoch passes over the data, with a fraction */
    record Progress(
            int step,
            int totalSteps,
            double epoch,
            @Nullable Double etaSeconds) {}

    record Failure(String code, String message) {}

    /** @param wait why it still waits; null if it does not */
    static JobView of(Job job, List<Attempt> attempts, @Nullable String wait) {
        SubmitJob request = job.request();
        return new JobView(
                job.id(),
                job.name(),
                job.status().word(),
                wait == null ? job.statusReason() : job.statusReason() + "; " + wait,
                request.model(),
                request.dataset(),
                request.evalDataset(),
                request.method().name().toLowerCase(java.util.Locale.ROOT),
                Form.write(request.training()),
                request.lora() == null ? null : Form.write(request.lora()),
                request.adapter(),
                Form.write(request.resources()),
                job.runDigest(),
                job.queue(),
                job.priority(),
                job.maxRetries(),
                job.maxRuntimeSeconds(),
                job.labels(),
                progress(job),
                job.latestMetrics(),
                job.outputModel(),
                failure(job),
                attempts,
                job.createdAt(),
                job.startedAt(),
                job.finishedAt());
    }

    private static Progress progress(Job job) {
        Double eta = job.status() == JobStatus.RUNNING || job.status().isFinal() ? job.etaSeconds() : null;
        return new Progress(job.step(), job.totalSteps(), job.dataEpoch(), eta);
    }

    private static @Nullable Failure failure(Job job) {
        return job.errorCode() == null || job.errorMessage() == null
                ? null
                : new Failure(job.errorCode(), job.errorMessage());
    }
}
