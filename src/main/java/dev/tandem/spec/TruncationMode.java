package dev.tandem.spec;

/** Which end of a sequence longer than {@code max_length} is kept. */
public enum TruncationMode {
    KEEP_START
}
