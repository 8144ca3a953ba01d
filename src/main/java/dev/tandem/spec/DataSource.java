package dev.tandem.spec;

/**
 * A file of rows for a worker to read.
 *
 * @param path absolute path of the file
 * @param rowsExpected valid rows counted at upload; a worker that finds another number refuses to train
 */
public record DataSource(String path, DatasetFormat format, OnInvalid onInvalid, long rowsExpected) {}
