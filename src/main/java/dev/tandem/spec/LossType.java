package dev.tandem.spec;

/** What a preference run minimises, by TRL's keys. */
public enum LossType {
    SIGMOID
}
