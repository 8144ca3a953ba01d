package dev.tandem.spec;

/** Which end of a sequence longer than {@code max_length} is kept. */
public enum TruncationMode {
    KEEP_START,
    /** A row is never left out, but its prompt may be; TRL is about to drop this mode. */
    KEEP_END
}
