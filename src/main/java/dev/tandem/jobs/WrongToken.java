package dev.tandem.jobs;

/** The token does not belong to the attempt that was named. */
public final class WrongToken extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WrongToken(String job, long epoch) {
        super("the token is not that of attempt %d of job %s".formatted(epoch, job));
    }
}
