package dev.tandem.jobs;

import java.util.Locale;

/** The life of a job; the arrows are drawn in {@code docs/state-machine.md}. */
public enum JobStatus {
    QUEUED,
    STARTING,
    RUNNING,
    PAUSING,
    PAUSED,
    SUCCEEDED,
    FAILED,
    CANCELLED;

    /** @param word as the API and the database have it */
    public static JobStatus of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }

    public boolean isFinal() {
        return switch (this) {
            case QUEUED, STARTING, RUNNING, PAUSING, PAUSED -> false;
            case SUCCEEDED, FAILED, CANCELLED -> true;
        };
    }

    /** Whether a worker has the job. */
    public boolean isUnderWay() {
        return switch (this) {
            case STARTING, RUNNING, PAUSING -> true;
            case QUEUED, PAUSED, SUCCEEDED, FAILED, CANCELLED -> false;
        };
    }

    boolean mayBecome(JobStatus next) {
        return switch (this) {
            case QUEUED -> next == STARTING || next == PAUSED || next == CANCELLED;
            case STARTING ->
                next == RUNNING || next == PAUSING || next == QUEUED || next == FAILED || next == CANCELLED;
            case RUNNING ->
                next == PAUSING || next == QUEUED || next == SUCCEEDED || next == FAILED || next == CANCELLED;
            // A pausing run may come to its end before it hears of the wish.
            case PAUSING -> next == PAUSED || next == SUCCEEDED || next == FAILED || next == CANCELLED;
            case PAUSED -> next == QUEUED || next == CANCELLED;
            case SUCCEEDED, FAILED, CANCELLED -> false;
        };
    }

    /** The word used in the API and the database. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
