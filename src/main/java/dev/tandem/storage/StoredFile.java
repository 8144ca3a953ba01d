package dev.tandem.storage;

/** One file of a stored folder. */
public record StoredFile(String name, String digest, long sizeBytes) {}
