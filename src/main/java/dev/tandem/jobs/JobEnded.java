package dev.tandem.jobs;

/** A job came to its end. Told in the transaction that ends it, so whoever hears it can write in that too. */
public record JobEnded(String job, JobStatus status) {}
