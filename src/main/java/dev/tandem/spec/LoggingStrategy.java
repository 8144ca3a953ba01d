package dev.tandem.spec;

/** When training metrics are logged; what is left is logged after the last step in any case. */
public enum LoggingStrategy {
    NO,
    STEPS,
    EPOCH
}
