package dev.tandem.transformer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import dev.tandem.transformer.LoraModules.Target;
import org.jspecify.annotations.Nullable;

/**
 * What an adapter does to one module: y + s B A x, or with magnitudes m (DoRA, arXiv:2402.09353) the output of the weight
 * whose rows are those of V = W + s B A at length m. As in PEFT and section 4.3 of the paper, the length of V takes no part in
 * the gradient.
 *
 * @param a (r, in)
 * @param b (out, r)
 * @param magnitude (out); null without DoRA
 * @param scale s
 */
record LoraPart(
        Target target, NDArray a, NDArray b, @Nullable NDArray magnitude, NDArray scale) {

    /**
     * What a linear layer's adapter reads instead of the layer's input, by which PEFT also replaces the input of DoRA's weight.
     *
     * @param seed of this module in this micro-batch: the mask is the same however often it is drawn
     */
    record Dropout(NDArray share, int seed) {

        NDArray of(Ops ops, NDArray x) {
            Engine engine = ops.manager().getEngine();
            engine.setRandomSeed(seed);
            return ops.call("dropout", x, share);
        }
    }

    /**
     * @param w the layer's own weight
     * @param bias the layer's own bias; null without
     * @param x (N, in)
     * @param y (N, out), what the layer makes of x
     */
    NDArray linear(Ops ops, NDArray w, @Nullable NDArray bias, NDArray x, NDArray y, @Nullable Dropout dropout) {
        NDArray input = dropout == null ? x : dropout.of(ops, x);
        if (magnitude == null) {
            return ops.call("lora", y, input, a, b, scale);
        }
        NDArray base = dropout != null
                ? ops.call(target.transposed() ? "multiply" : "linear", input, w)
                : bias != null ? ops.call("sub", y, bias) : y;
        return ops.call("dora", y, base, input, a, b, magnitude, norm(ops, w), scale);
    }

    /**
     * @param w (ids, out), the embedding's own table
     * @param y (N, out), its rows for the ids
     */
    NDArray embedding(Ops ops, NDArray w, NDArray ids, NDArray y) {
        return magnitude == null
                ? ops.call("lora_embed", y, ids, a, b, scale)
                : ops.call("dora_embed", y, ids, a, b, magnitude, norm(ops, w), scale);
    }

    /** The weight that alone does what layer and adapter do, in the layout of {@code w}. */
    NDArray merged(Ops ops, NDArray w) {
        String suffix = target.transposed() ? "_t" : "";
        NDArray sum = ops.call("lora_weight" + suffix, w, a, b, scale);
        return magnitude == null ? sum : ops.call("dora_weight" + suffix, sum, magnitude, norm(ops, w));
    }

    private NDArray norm(Ops ops, NDArray w) {
        return norm(ops, target, w, a, b, scale);
    }

    /** Lengths of the rows of V: (out). */
    static NDArray norm(Ops ops, Target target, NDArray w, NDArray a, NDArray b, NDArray scale) {
        return ops.call(target.transposed() ? "dora_norm_t" : "dora_norm", w, a, b, scale);
    }
}
