package dev.tandem.webhooks;

import dev.tandem.jobs.JobStatus;
import java.util.Arrays;
import java.util.List;

/** What can be told of a job. */
enum EventType {
    SUCCEEDED(JobStatus.SUCCEEDED),
    FAILED(JobStatus.FAILED),
    CANCELLED(JobStatus.CANCELLED);

    private final JobStatus end;

    EventType(JobStatus end) {
        this.end = end;
    }

    /** As in {@code fine_tuning.job.succeeded}. */
    String word() {
        return "fine_tuning.job." + end.word();
    }

    static EventType of(JobStatus end) {
        return Arrays.stream(values())
                .filter(type -> type.end == end)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(end.word() + " is no end"));
    }

    static List<String> words() {
        return Arrays.stream(values()).map(EventType::word).toList();
    }
}
