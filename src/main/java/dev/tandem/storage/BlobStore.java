package dev.tandem.storage;

import java.nio.file.Path;

/** Folders stored by content on the local file system. */
public final class BlobStore {

    private final Path root;

    public BlobStore(Path root) {
        this.root = root;
    }

    /** An empty folder on the store's own file system; gone when closed, unless committed. */
    public Staging stage() {
        throw new IllegalStateException("stub " + root);
    }

    /**
     * Makes the staged folder durable under its digest. Content that is stored already is kept as it is and the staged
     * copy goes.
     */
    public StoredTree commit(Staging staging) {
        throw new IllegalStateException("stub");
    }

    /** The folder of this digest. */
    public Path path(String digest) {
        throw new IllegalStateException("stub");
    }
}
