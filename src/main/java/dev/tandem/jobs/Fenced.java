package dev.tandem.jobs;

/** A worker wrote for an attempt that is over; another one, or none, owns the job now. */
public final class Fenced extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Fenced(String job, long epoch) {
        super("attempt %d of job %s is over; nothing it sends is written any more".formatted(epoch, job));
    }
}
