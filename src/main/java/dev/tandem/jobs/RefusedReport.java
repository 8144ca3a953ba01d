package dev.tandem.jobs;

/** A worker reported what cannot be true; sending it again would not help, so its job fails. */
public final class RefusedReport extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long seq;

    RefusedReport(long seq, RuntimeException cause) {
        super("the worker's report %d cannot be accepted: %s".formatted(seq, cause.getMessage()), cause);
        this.seq = seq;
    }

    long seq() {
        return seq;
    }
}
