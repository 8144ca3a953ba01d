package dev.tandem.spec;

import java.util.Locale;

/** Why an attempt failed, coarse enough to count and to decide on. */
public enum FailureKind {
    INVALID_SPEC(false),
    INVALID_DATASET(false),
    INVALID_MODEL(false),
    TOO_LARGE(false),
    DIVERGED(false),
    OUT_OF_MEMORY(true),
    STORAGE(true),
    WORKER_LOST(true),
    CRASHED(true);

    private final boolean worthRetrying;

    FailureKind(boolean worthRetrying) {
        this.worthRetrying = worthRetrying;
    }

    public boolean isWorthRetrying() {
        return worthRetrying;
    }

    /** The word used in the API, as in {@code invalid_dataset}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }
}
