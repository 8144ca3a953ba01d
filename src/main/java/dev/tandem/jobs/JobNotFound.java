package dev.tandem.jobs;

/** There is no such job. */
public final class JobNotFound extends RuntimeException {

    private static final long serialVersionUID = 1L;

    JobNotFound(String id) {
        super("no job %s; GET /api/v1/jobs lists the jobs there are".formatted(id));
    }
}
