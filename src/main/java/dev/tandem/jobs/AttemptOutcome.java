package dev.tandem.jobs;

import java.util.Locale;

/** How an attempt ended. */
public enum AttemptOutcome {
    SUCCEEDED,
    /** The worker said why it cannot go on. */
    FAILED,
    /** The worker's process ended without a word. */
    CRASHED,
    /** Nothing was heard of the worker for the length of its lease. */
    LOST,
    PAUSED,
    /** It made room for a job of higher priority. */
    PREEMPTED,
    CANCELLED,
    /** The server that ran the worker was stopped. */
    STOPPED;

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
