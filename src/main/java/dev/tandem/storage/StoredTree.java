package dev.tandem.storage;

import java.util.List;

/** A folder in the store; {@code digest} is {@code sha256:<hex>} over the sorted names and digests of its files. */
public record StoredTree(String digest, long sizeBytes, List<StoredFile> files) {}
