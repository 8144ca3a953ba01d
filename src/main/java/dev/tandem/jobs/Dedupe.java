package dev.tandem.jobs;

/**
 * Makes a repeated request answer with the first job.
 *
 * @param key the client's {@code Idempotency-Key}
 * @param digest of the request body: the same key with another body is a mistake
 */
public record Dedupe(String key, String digest) {}
