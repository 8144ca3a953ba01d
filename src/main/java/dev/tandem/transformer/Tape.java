package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Backward through what is not left to autograd: oneDNN's matrix products, which it does not know, see {@link Kernels};
 * gates, norms and rotations, of which it would keep more than they need; and rows of an embedding, for which it would make
 * a gradient as large as the table. A recorded pass is cut at them, so what goes in and what comes out are
 * leaves of autograd's graph. After autograd has reached the last pieces, {@link #backward} takes the cuts in reverse order:
 * the closed-form gradient of a kernel, or autograd once more through the piece that made its input. Residual streams are
 * cut too, or each piece would go back to the embeddings.
 */
public final class Tape {

    private final boolean cuts;
    private final List<Runnable> pieces = new ArrayList<>();
    private final Map<NDArray, NDArray> leaves = new IdentityHashMap<>();

    private Tape(boolean cuts) {
        this.cuts = cuts;
    }

    /** A pass without a graph, or whose products autograd knows. */
    static Tape none() {
        return new Tape(false);
    }

    /** A pass that is recorded. The routers' loss meets all layers in the middle, so models that route are not cut. */
    public static Tape of(Ops ops, LanguageModel model) {
        return new Tape(ops.multipliesByOneDnn() && !model.config().routes());
    }

    /** For arrays that are let go of when {@link #backward} has been through all that follows here. */
    Ops begin(Ops ops) {
        if (!cuts) {
            return ops;
        }
        NDManager scope = ops.manager().newSubManager();
        pieces.add(scope::close);
        return ops.in(scope);
    }

    /** The array as a leaf, the same one each time, and itself where nothing is cut. */
    NDArray cut(Ops ops, NDArray x) {
        NDArray known = leaves.get(x);
        return !cuts ? x : known != null ? known : leaf(ops, x);
    }

    private NDArray leaf(Ops ops, NDArray x) {
        NDArray leaf = ops.call("cut", x);
        leaves.put(x, leaf);
        leaves.put(leaf, leaf);
        pieces.add(() -> {
            ops.call("rejoin", x, leaf).close();
            leaf.close();
        });
        return leaf;
    }

    /**
     * A kernel whose gradient is known in closed form, by its companions {@code kernel_cut} and {@code kernel_backward}.
     *
     * @param inputs of a product: x from {@link #cut}, (N, in), the weight, and the bias if the kernel has one
     */
    NDArray call(Ops ops, String kernel, NDArray... inputs) {
        if (!cuts) {
            return ops.call(kernel, inputs);
        }
        NDArray y = ops.call(kernel + "_cut", inputs);
        NDArray[] all = Stream.concat(Stream.of(y), Stream.of(inputs)).toArray(NDArray[]::new);
        leaves.put(y, y);
        pieces.add(() -> {
            ops.call(kernel + "_backward", all).close();
            y.close();
        });
        return y;
    }

    /**
     * Adds to the gradients of all parameters what follows from those that autograd left at the cuts, and lets go of each cut
     * as it goes. May be called once.
     */
    public void backward() {
        pieces.reversed().forEach(Runnable::run);
    }
}
