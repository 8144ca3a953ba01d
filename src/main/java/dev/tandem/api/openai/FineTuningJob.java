package dev.tandem.api.openai;

import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobStatus;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.spec.Method;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A job as OpenAI's SDKs know it; whatever was {@code "auto"} is a number here. Times are seconds since 1970. */
record FineTuningJob(
        String id,
        String object,
        long createdAt,
        @Nullable Long finishedAt,
        @Nullable Long estimatedFinish,
        String model,
        @Nullable String fineTunedModel,
        String organizationId,
        String status,
        String trainingFile,
        @Nullable String validationFile,
        List<String> resultFiles,
        @Nullable Long trainedTokens,
        Map<String, Object> hyperparameters,
        int seed,
        @Nullable Failure error,
        Map<String, Object> method,
        Map<String, String> metadata,
        List<Object> integrations) {

    /** @param param which of the files is to blame; null if it is none of them */
    record Failure(String code, String message, @Nullable String param) {}

    /** @param output name of the model that came out; null if there is none */
    static FineTuningJob of(Job job, @Nullable String output, String organization, Instant now) {
        SubmitJob request = job.request();
        Map<String, Object> recipe =
                Recipe.of(request.method(), request.training(), job.dataEpoch()).shown();
        String method = request.method() == Method.DPO ? MethodChoice.DPO : MethodChoice.SUPERVISED;
        boolean succeeded = job.status() == JobStatus.SUCCEEDED;
        return new FineTuningJob(
                Naming.JOB.show(job.id()),
                "fine_tuning.job",
                seconds(job.createdAt()),
                job.finishedAt() == null ? null : seconds(job.finishedAt()),
                estimatedFinish(job, now),
                request.adapter() == null ? request.model() : request.adapter(),
                output,
                "org-" + organization,
                status(job.status()),
                Naming.FILE.show(job.datasetId()),
                job.evalDatasetId() == null ? null : Naming.FILE.show(job.evalDatasetId()),
                succeeded ? List.of(Naming.RESULT.show(job.id())) : List.of(),
                succeeded ? tokens(job) : null,
                recipe,
                request.training().seed(),
                failure(job),
                Map.of("type", method, method, Map.of("hyperparameters", recipe)),
                job.labels(),
                List.of());
    }

    static long seconds(Instant time) {
        return time.getEpochSecond();
    }

    /** Files are validated when they are uploaded, so no job is ever {@code validating_files}. */
    private static String status(JobStatus status) {
        return switch (status) {
            case STARTING, RUNNING, PAUSING -> JobStatus.RUNNING.word();
            case QUEUED, PAUSED, SUCCEEDED, FAILED, CANCELLED -> status.word();
        };
    }

    private static @Nullable Long estimatedFinish(Job job, Instant now) {
        Double eta = job.status() == JobStatus.RUNNING ? job.etaSeconds() : null;
        return eta == null ? null : seconds(now) + Math.round(eta);
    }

    private static @Nullable Long tokens(Job job) {
        return job.latestMetrics().get("num_tokens") instanceof Number n ? n.longValue() : null;
    }

    private static @Nullable Failure failure(Job job) {
        if (job.errorCode() == null || job.errorMessage() == null) {
            return null;
        }
        String param = job.errorCode().equals("invalid_dataset") ? "training_file" : null;
        return new Failure(job.errorCode(), Naming.translate(job.errorMessage()), param);
    }
}
