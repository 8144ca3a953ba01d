package dev.tandem.spec;

/** Exit codes of a worker process; anything else is a crash. */
public enum WorkerExit {
    DONE(0),
    /** Bad input; running again would fail again. */
    PERMANENT_FAILURE(42),
    CANCELLED_OR_PAUSED(43),
    /** Another attempt owns the job; nothing was written. */
    FENCED(44),
    TRY_AGAIN(75);

    /** The Java machine ends with this code after a SIGTERM; the worker wrote a checkpoint before. */
    public static final int SIGTERM = 143;

    private final int code;

    WorkerExit(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }
}
