package dev.tandem.api.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tandem.jobs.JobSearch.QueueSpan;
import dev.tandem.spec.NotFound;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A queue as MLflow's clients see it; times are milliseconds since 1970, null before its first job. */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Experiment(
        String experimentId,
        String name,
        String artifactLocation,
        String lifecycleStage,
        @Nullable Long creationTime,
        @Nullable Long lastUpdateTime) {

    private static final String DEFAULT = "default";
    private static final String DEFAULT_ID = "0";
    private static final String PREFIX = "queue-";

    /** Those that have had jobs, and the default one. */
    static List<Experiment> all(List<QueueSpan> queues) {
        Stream<Experiment> known = queues.stream().map(Experiment::of);
        boolean hasDefault = queues.stream().anyMatch(span -> span.queue().equals(DEFAULT));
        return (hasDefault ? known : Stream.concat(Stream.of(named(DEFAULT, null, null)), known)).toList();
    }

    private static Experiment of(QueueSpan span) {
        return named(span.queue(), span.first().toEpochMilli(), span.last().toEpochMilli());
    }

    private static Experiment named(String queue, @Nullable Long created, @Nullable Long updated) {
        return new Experiment(id(queue), queue, "mlflow-artifacts:/", "active", created, updated);
    }

    static String id(String queue) {
        return queue.equals(DEFAULT) ? DEFAULT_ID : PREFIX + queue;
    }

    /** @throws NotFound if the id is none that {@link #id} gives */
    static String queue(String id) {
        if (id.equals(DEFAULT_ID)) {
            return DEFAULT;
        }
        if (!id.startsWith(PREFIX)) {
            throw new NotFound("experiment", id);
        }
        return id.substring(PREFIX.length());
    }
}
