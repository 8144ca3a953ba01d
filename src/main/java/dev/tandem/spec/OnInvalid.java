package dev.tandem.spec;

/** What to do with a file that has bad rows: refuse it, or take it without them and say which. */
public enum OnInvalid {
    REJECT,
    SKIP
}
