package dev.tandem.text.jinja;

/** Python's {@code None}. */
enum None {
    NONE
}
