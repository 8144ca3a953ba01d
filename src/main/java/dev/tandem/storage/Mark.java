package dev.tandem.storage;

/** Something is in use until this is closed. */
public interface Mark extends AutoCloseable {
    @Override
    void close();
}
