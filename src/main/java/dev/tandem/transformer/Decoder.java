package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;

/**
 * The decoder stack of every family: embeddings, then layers of attention and MLP around a residual stream, then a norm.
 * N is the number of tokens, C the hidden size, D the size of a head.
 */
public final class Decoder {

    private final ModelConfig config;
    private final TensorNames names;
    private final Weights weights;
    private final NDArray normEps;
    private final NDArray headDim;
    private final NDArray attentionScale;

    /** @param manager owns the decoder's few constants */
    public Decoder(NDManager manager, ModelConfig config, Weights weights) {
        this.config = config;
        this.names = config.names();
        this.weights = weights;
        this.normEps = Ops.constant(manager, config.normEps());
        this.headDim = Ops.constant(manager, config.headDim());
        this.attentionScale = Ops.constant(manager, config.attentionScale());
    }

    public ModelConfig config() {
        return config;
    }

    public Weights weights() {
        return weights;
    }

    /**
     * Hidden states after the last norm.
     *
     * @param adapter added to the linear layers that it names; null for the model alone
     * @return (N, C), in the manager of {@code ops}
     */
    public NDArray hidden(Ops ops, PackedTokens tokens, @Nullable LoraAdapter adapter) {
        return new Pass(ops, tokens, adapter).run();
    }

    /** One forward pass. */
    private final class Pass {

        private final Ops ops;
        private final PackedTokens tokens;
        private final @Nullable LoraAdapter adapter;
        private final Weights weights;
        private @Nullable NDArray cos; // (N, D / 2)
        private @Nullable NDArray sin;

        Pass(Ops ops, PackedTokens tokens, @Nullable LoraAdapter adapter) {
            this.ops = ops;
            this.tokens = tokens;
            this.adapter = adapter;
            this.weights = adapter == null ? Decoder.this.weights : adapter.over(Decoder.this.weights);
        }

        NDArray run() {
            NDArray x = embedding(names.prefix() + names.embeddings(), tokens.ids()); // (N, C)
            x = positions(x);
            for (int i = 0; i < config.layers(); i++) {
                String path = names.layerPath(i);
                x = ops.call("add", x, attention(path, norm(path + names.attentionNorm(), x)));
                x = ops.call("add", x, mlp(path, norm(path + names.mlpNorm(), x)));
            }
            return norm(names.prefix() + names.finalNorm(), x);
        }

        private NDArray positions(NDArray x) {
            NDManager manager = ops.manager();
            Rotary rotary = config.rotary();
            if (rotary != null) {
                var shape = new Shape(tokens.positions().length, config.headDim() / 2);
                NDArray angles = manager.create(rotary.angles(tokens.positions()), shape);
                cos = angles.cos();
                sin = angles.sin();
                return x;
            }
            for (int position : tokens.positions()) {
                if (position >= config.contextLength()) {
                    throw new IllegalArgumentException(
                            "position %d lies beyond the model's %d; set max_length to %d or less"
                                    .formatted(position, config.contextLength(), config.contextLength()));
                }
            }
            NDArray places = manager.create(tokens.positions());
            return ops.call("add", x, embedding(names.prefix() + names.positions(), places));
        }

        /** Rows of a table: (ids, C). */
        private NDArray embedding(String module, NDArray ids) {
            NDArray y = ops.call("embed", weights.get(module + ".weight"), ids);
            return adapter == null ? y : adapter.embedding(ops, weights, module, ids, y);
        }

        private NDArray attention(String path, NDArray x) {
            NDArray q;
            NDArray k;
            NDArray v;
            if (names.qkv() == null) {
                q = linear(path + names.q(), x);
                k = linear(path + names.k(), x);
                v = linear(path + names.v(), x);
            } else {
                NDList parts = ops.callAll("split3", linear(path + names.qkv(), x));
                q = parts.get(0);
                k = parts.get(1);
                v = parts.get(2);
            }
            NDArray mixed = ops.call(
                    "attend",
                    rotate(q),
                    rotate(k),
                    ops.call("heads", v, headDim),
                    tokens.mask(),
                    tokens.unpack(),
                    tokens.pack(),
                    attentionScale);
            return linear(path + names.o(), mixed);
        }

        /** (N, heads * D) to (N, heads, D), turned by its position where positions are rotary. */
        private NDArray rotate(NDArray x) {
            return cos == null || sin == null
                    ? ops.call("heads", x, headDim)
                    : ops.call("rotate", x, cos, sin, headDim);
        }

        private NDArray mlp(String path, NDArray x) {
            NDArray up = linear(path + names.up(), x);
            if (names.gate() == null) {
                return linear(path + names.down(), ops.call(config.activation().kernel(), up));
            }
            NDArray gate = ops.call(config.activation().kernel(), linear(path + names.gate(), x));
            return linear(path + names.down(), ops.call("mul", gate, up));
        }

        private NDArray linear(String module, NDArray x) {
            NDArray w = weights.get(module + ".weight");
            NDArray y;
            if (names.transposed()) {
                y = ops.call("conv1d", x, w, weights.get(module + ".bias"));
            } else if (weights.has(module + ".bias")) {
                y = ops.call("linear_bias", x, w, weights.get(module + ".bias"));
            } else {
                y = ops.call("linear", x, w);
            }
            return adapter == null ? y : adapter.linear(ops, weights, module, x, y);
        }

        private NDArray norm(String module, NDArray x) {
            NDArray w = weights.get(module + ".weight");
            return switch (config.norm()) {
                case RMS -> ops.call("rms_norm", x, w, normEps);
                case LAYER -> ops.call("layer_norm", x, w, weights.get(module + ".bias"), normEps);
            };
        }
    }
}
