package dev.tandem.scoring;

/** A request that was right and has no scores. */
public final class ScoringFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** Whose move it is. */
    public enum Cause {
        /** Too much is going on; the same request will do later. */
        BUSY,
        /** The process ended before it answered; the next request has a new one. */
        PROCESS_LOST,
        /** It took too long, and was ended. */
        TIMED_OUT,
        /** There is not memory enough for what was asked. */
        OUT_OF_MEMORY,
        /** The model's files cannot be used. */
        UNUSABLE_MODEL
    }

    private final Cause reason;

    ScoringFailed(Cause reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Cause reason() {
        return reason;
    }
}
