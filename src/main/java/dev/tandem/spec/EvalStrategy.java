package dev.tandem.spec;

/** When the evaluation set is run. */
public enum EvalStrategy {
    NO,
    STEPS,
    EPOCH
}
