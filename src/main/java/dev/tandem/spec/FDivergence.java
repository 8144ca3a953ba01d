package dev.tandem.spec;

/** How the distance of the policy from the reference is measured, by TRL's names; arXiv:2309.16240. */
public enum FDivergence {
    REVERSE_KL,
    FORWARD_KL,
    JS_DIVERGENCE,
    ALPHA_DIVERGENCE
}
