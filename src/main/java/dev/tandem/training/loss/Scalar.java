package dev.tandem.training.loss;

import ai.djl.ndarray.NDArray;

/**
 * Factors of arrays that have gradients. DJL's {@code x.mul(2)} makes an array of the 2 in a Java buffer and lets go of it at
 * once, but autograd keeps that array for the backward pass: if Java collects garbage in between, it reads freed memory.
 */
public final class Scalar {

    private Scalar() {}

    /** The number as an array that lives as long as {@code beside}'s manager. */
    public static NDArray of(NDArray beside, double value) {
        return beside.getManager().create((float) value);
    }
}
