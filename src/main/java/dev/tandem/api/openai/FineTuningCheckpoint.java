package dev.tandem.api.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobHistory;
import dev.tandem.jobs.JobHistory.Checkpoint;
import dev.tandem.jobs.JobHistory.Measured;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** From where a job could go on. {@code createdAt} is in seconds since 1970. */
record FineTuningCheckpoint(
        String id,
        String object,
        long createdAt,
        String fineTuningJobId,
        String fineTunedModelCheckpoint,
        int stepNumber,
        Metrics metrics) {

    /** The last that were measured up to the step; those of validation are over all of its rows. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Metrics(
            double step,
            @Nullable Double trainLoss,
            @Nullable Double trainMeanTokenAccuracy,
            @Nullable Double validLoss,
            @Nullable Double validMeanTokenAccuracy,
            @Nullable Double fullValidLoss,
            @Nullable Double fullValidMeanTokenAccuracy) {}

    static FineTuningCheckpoint of(Job job, Checkpoint checkpoint, JobHistory history) {
        Map<String, @Nullable Object> train = measured(job, "train", checkpoint, history);
        Map<String, @Nullable Object> valid = measured(job, "eval", checkpoint, history);
        Double validLoss = number(valid, "loss");
        Double validAccuracy = number(valid, "mean_token_accuracy");
        return new FineTuningCheckpoint(
                Naming.CHECKPOINT.show(checkpoint.id()),
                "fine_tuning.job.checkpoint",
                FineTuningJob.seconds(checkpoint.createdAt()),
                Naming.JOB.show(job.id()),
                "%s:ckpt-step-%d".formatted(job.name(), checkpoint.step()),
                checkpoint.step(),
                new Metrics(
                        checkpoint.step(),
                        number(train, "loss"),
                        number(train, "mean_token_accuracy"),
                        validLoss,
                        validAccuracy,
                        validLoss,
                        validAccuracy));
    }

    private static Map<String, @Nullable Object> measured(
            Job job, String split, Checkpoint checkpoint, JobHistory history) {
        return history.measured(job.id(), split, checkpoint.step())
                .map(Measured::values)
                .orElse(Map.of());
    }

    private static @Nullable Double number(Map<String, @Nullable Object> values, String name) {
        return values.get(name) instanceof Number n ? n.doubleValue() : null;
    }
}
