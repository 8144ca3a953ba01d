package dev.tandem.spec;

/** When a checkpoint is written; {@code best} whenever an evaluation gives a new best metric. */
public enum SaveStrategy {
    NO,
    STEPS,
    EPOCH,
    BEST
}
