package dev.tandem.storage;

import java.nio.file.Path;

/** A folder being filled. */
public record Staging(Path folder) implements AutoCloseable {

    @Override
    public void close() {}
}
