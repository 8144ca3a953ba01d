package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.tandem.transformer.Decoder.Pass;
import dev.tandem.transformer.ModelConfig.Layer;
import org.jspecify.annotations.Nullable;

/** The feed-forward part of every family: an MLP with or without a gate, or a mixture of experts. */
final class FeedForward {

    private final ModelConfig.FeedForward config;
    private final TensorNames.Mlp names;
    private final NDArray activation;
    private final @Nullable Mixture mixture;

    FeedForward(NDManager manager, ModelConfig model) {
        this.config = model.mlp();
        this.names = model.names().mlp();
        this.activation = Ops.constant(manager, config.activation().ordinal());
        this.mixture = model.routes() ? new Mixture(manager, model) : null;
    }

    /** (N, C) to (N, C). */
    NDArray apply(Pass pass, Layer layer, String path, NDArray x) {
        return layer.sparse() && mixture != null ? mixture.apply(pass, path, x) : dense(pass, path, x);
    }

    private NDArray dense(Pass pass, String path, NDArray x) {
        NDArray up = pass.linear(path + names.up(), x);
        NDArray inner;
        if (config.fused()) {
            NDList halves = pass.ops.callAll("halves", pass.tape.cut(pass.ops, up));
            inner = gated(pass, halves.get(0), halves.get(1));
        } else if (names.gate() != null) {
            inner = gated(pass, pass.linear(path + names.gate(), x), up);
        } else {
            inner = pass.ops.call(config.activation().kernel(), up);
        }
        return pass.linear(path + names.down(), inner);
    }

    private NDArray gated(Pass pass, NDArray gate, NDArray up) {
        return pass.tape.call(pass.ops, "gated", gate, up, activation);
    }
}
