package dev.tandem.spec;

/** When a checkpoint is written. */
public enum SaveStrategy {
    NO,
    STEPS,
    EPOCH
}
