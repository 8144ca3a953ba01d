package dev.tandem.jobs;

/** An idempotency key came a second time with another request. */
public final class KeyReused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    KeyReused(String key, String job) {
        super("Idempotency-Key %s was used for job %s with another body; use a new key for a new job"
                .formatted(key, job));
    }
}
