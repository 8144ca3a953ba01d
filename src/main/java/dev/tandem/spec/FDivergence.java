package dev.tandem.spec;

/** How far the policy is from the reference, by TRL's names. */
public enum FDivergence {
    REVERSE_KL
}
