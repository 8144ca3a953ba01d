package dev.tandem.spec;

/** How the learning rate changes over the steps, by Transformers' names. */
public enum LrSchedule {
    LINEAR,
    COSINE,
    CONSTANT,
    CONSTANT_WITH_WARMUP
}
