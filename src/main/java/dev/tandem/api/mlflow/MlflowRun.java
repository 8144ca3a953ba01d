package dev.tandem.api.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.MetricHistory.Latest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A job as MLflow's clients see it; times are milliseconds since 1970. */
record MlflowRun(Info info, Data data) {

    /** Downloads go through this server. */
    private static final String ARTIFACTS = "mlflow-artifacts:/";

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Info(
            String runId,
            String runUuid,
            String runName,
            String experimentId,
            String status,
            long startTime,
            @Nullable Long endTime,
            String artifactUri,
            String lifecycleStage) {}

    /** @param metrics their newest values; those of the held-out rows begin with {@code eval_} */
    record Data(List<Metric> metrics, List<Pair> params, List<Pair> tags) {}

    record Pair(String key, String value) {}

    /** @param value a number, or a text as {@code NaN} */
    record Metric(String key, Object value, long timestamp, int step) {}

    static MlflowRun of(Job job, List<Latest> latest) {
        Instant started = job.startedAt();
        Instant finished = job.finishedAt();
        var info = new Info(
                job.id(),
                job.id(),
                job.name(),
                Experiment.id(job.queue()),
                RunFields.status(job.status()),
                (started == null ? job.createdAt() : started).toEpochMilli(),
                finished == null ? null : finished.toEpochMilli(),
                artifacts(job.id()),
                "active");
        return new MlflowRun(
                info,
                new Data(
                        latest.stream().flatMap(MlflowRun::metrics).toList(),
                        pairs(RunParams.of(job)),
                        pairs(RunFields.tags(job))));
    }

    static String artifacts(String job) {
        return ARTIFACTS + job;
    }

    private static Stream<Metric> metrics(Latest latest) {
        String prefix = latest.split().equals("eval") ? RunFields.EVAL : "";
        return latest.values().entrySet().stream()
                .flatMap(entry -> Stream.ofNullable(entry.getValue())
                        .map(value -> new Metric(
                                prefix + entry.getKey(), value, latest.at().toEpochMilli(), latest.step())));
    }

    private static List<Pair> pairs(Map<String, String> map) {
        return map.entrySet().stream()
                .map(entry -> new Pair(entry.getKey(), entry.getValue()))
                .toList();
    }
}
