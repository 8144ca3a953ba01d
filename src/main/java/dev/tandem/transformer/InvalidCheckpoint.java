package dev.tandem.transformer;

/** A checkpoint or adapter that cannot be used, and why. */
public final class InvalidCheckpoint extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    public InvalidCheckpoint(String message) {
        super(message);
    }

    public InvalidCheckpoint(String message, Throwable cause) {
        super(message, cause);
    }
}
