package dev.tandem.spec;

/** Which biases train along with an adapter. */
public enum LoraBias {
    NONE
}
