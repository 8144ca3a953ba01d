package dev.tandem.spec;

/** In which order an epoch visits the rows. */
public enum SamplingStrategy {
    RANDOM,
    SEQUENTIAL,
    GROUP_BY_LENGTH
}
