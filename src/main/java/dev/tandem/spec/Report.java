package dev.tandem.spec;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a worker tells the server; delivered in order, each exactly once, by {@link Envelope#seq}. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
    @JsonSubTypes.Type(value = Report.Started.class, name = "started"),
    @JsonSubTypes.Type(value = Report.Metrics.class, name = "metrics"),
    @JsonSubTypes.Type(value = Report.Event.class, name = "event"),
    @JsonSubTypes.Type(value = Report.CheckpointSaved.class, name = "checkpoint_saved"),
    @JsonSubTypes.Type(value = Report.Succeeded.class, name = "succeeded"),
    @JsonSubTypes.Type(value = Report.Failed.class, name = "failed"),
    @JsonSubTypes.Type(value = Report.Stopped.class, name = "stopped")
})
public sealed interface Report {

    /**
     * A report under way.
     *
     * @param seq 1, 2, 3, ... within one attempt; a repeated one changes nothing
     */
    record Envelope(long seq, Report report) {}

    /**
     * The data is tokenized and the first step begins.
     *
     * @param fromStep steps done before this attempt, 0 when it starts afresh
     */
    record Started(int totalSteps, int fromStep, int rows, int droppedRows, String device) implements Report {}

    /**
     * Numbers at one step, by TRL's names.
     *
     * @param split {@code train} or {@code eval}
     */
    record Metrics(String split, int step, Map<String, Double> values) implements Report {}

    /**
     * Something a person should read.
     *
     * @param level {@code info}, {@code warn} or {@code error}
     */
    record Event(String level, String message, Map<String, Object> data) implements Report {
        public Event {
            message = storable(message);
        }
    }

    /**
     * A checkpoint from which the job can go on; {@code path} is absolute.
     *
     * @param bestStep step of the checkpoint that may become the result, which must be kept; null if there is none
     * @param seconds that the run waited for it; null from a worker of an earlier version
     */
    record CheckpointSaved(
            int step,
            String path,
            long sizeBytes,
            @Nullable Integer bestStep,
            @Nullable Double seconds) implements Report {}

    /**
     * The run is complete and its result lies in the blob store.
     *
     * @param kind {@code fine_tuned} or {@code adapter}
     * @param tree digest of the result's folder in the blob store
     */
    record Succeeded(int step, String kind, String tree, Map<String, Double> metrics) implements Report {}

    /** The run cannot go on. */
    record Failed(FailureKind kind, String message) implements Report {
        public Failed {
            message = storable(message);
        }
    }

    /**
     * The worker did as it was told.
     *
     * @param instruction {@code CONTINUE} if its machine and not the server ended it: the job is to go on elsewhere
     * @param checkpoint where the job goes on from; null for the one before
     */
    record Stopped(
            Instruction instruction, int step, @Nullable String checkpoint) implements Report {}

    /** A native library may say anything; no text of a database holds the character 0. */
    private static String storable(String message) {
        return message.replace('\0', '\uFFFD');
    }
}
