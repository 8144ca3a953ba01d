package dev.tandem.jobs;

/** What was asked of a job cannot be done in its state. */
public final class IllegalTransition extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final JobStatus from;

    IllegalTransition(String job, JobStatus from, String wish) {
        super("job %s is %s; it cannot %s".formatted(job, from.word(), wish));
        this.from = from;
    }

    public JobStatus from() {
        return from;
    }
}
