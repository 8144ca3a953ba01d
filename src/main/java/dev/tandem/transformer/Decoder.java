package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.transformer.ModelConfig.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The decoder stack of every family: embeddings, then layers of attention and MLP around a residual stream, then a norm.
 * N is the number of tokens, C the hidden size.
 */
public final class Decoder {

    private final ModelConfig config;
    private final TensorNames names;
    private final Weights weights;
    private final NDArray normEps;
    private final NDArray embeddingScale;
    private final NDArray frozenToken; // -1 for none
    private final NDArray residualScale;
    private final NDArray logitDivisor;
    private final NDArray logitSoftcap;
    private final Attention attention;
    private final FeedForward mlp;

    /** @param manager owns the decoder's few constants */
    public Decoder(NDManager manager, ModelConfig config, Weights weights) {
        this.config = config;
        this.names = config.names();
        this.weights = weights;
        this.normEps = Ops.constant(manager, config.normEps());
        Integer frozen = config.frozenToken();
        this.frozenToken = Ops.constant(manager, frozen == null ? -1 : frozen);
        this.embeddingScale = Ops.constant(manager, config.scales().embedding());
        this.residualScale = Ops.constant(manager, config.scales().residual());
        this.logitDivisor = Ops.constant(manager, config.scales().logits());
        Double cap = config.scales().softcap();
        this.logitSoftcap = Ops.constant(manager, cap == null ? 0 : cap);
        this.attention = new Attention(manager, config);
        this.mlp = new FeedForward(manager, config);
    }

    public ModelConfig config() {
        return config;
    }

    public Weights weights() {
        return weights;
    }

    NDArray logitDivisor() {
        return logitDivisor;
    }

    /** Bound of the logits; 0 for none. */
    NDArray logitSoftcap() {
        return logitSoftcap;
    }

    /**
     * Hidden states after the last norm.
     *
     * @param adapter added to the linear layers that it names; null for the model alone
     * @return (N, C), in the manager of {@code ops}
     */
    public NDArray hidden(Ops ops, PackedTokens tokens, @Nullable LoraAdapter adapter) {
        return run(ops, tokens, adapter, Tape.none()).hidden();
    }

    /** The same for tokens of {@link KeyValueCache#next}, which see those that ran before too. */
    public NDArray hidden(Ops ops, PackedTokens tokens, @Nullable LoraAdapter adapter, KeyValueCache cache) {
        return new Pass(ops, tokens, adapter, new Routing(tokens), cache, Tape.none()).run(state -> {});
    }

    /**
     * @param hidden states after the last norm, (N, C)
     * @param routing what the routers chose, in every layer that has one
     */
    record Output(NDArray hidden, Routing routing) {}

    Pass pass(Ops ops, PackedTokens tokens, @Nullable LoraAdapter adapter, Routing routing, Tape tape) {
        return new Pass(ops, tokens, adapter, routing, null, tape);
    }

    Output run(Ops ops, PackedTokens tokens, @Nullable LoraAdapter adapter, Tape tape) {
        var routing = new Routing(tokens);
        return new Output(pass(ops, tokens, adapter, routing, tape).run(state -> {}), routing);
    }

    /** The embeddings, what each layer but the last makes of them, and the hidden states after the last norm. */
    List<NDArray> states(Ops ops, PackedTokens tokens) {
        var states = new ArrayList<NDArray>();
        NDArray last = pass(ops, tokens, null, new Routing(tokens), Tape.none()).run(states::add);
        states.set(states.size() - 1, last);
        return states;
    }

    /** One forward pass. */
    final class Pass {

        /** Of a layer while it runs, of the whole pass else. */
        Ops ops;

        final PackedTokens tokens;
        final Routing routing;
        private final @Nullable LoraAdapter adapter;
        private final Weights weights;
        final @Nullable KeyValueCache cache;
        private final Positions positions;
        final Tape tape;

        Pass(
                Ops ops,
                PackedTokens tokens,
                @Nullable LoraAdapter adapter,
                Routing routing,
                @Nullable KeyValueCache cache,
                Tape tape) {
            this.ops = ops;
            this.tokens = tokens;
            this.routing = routing;
            this.adapter = adapter;
            this.weights = adapter == null ? Decoder.this.weights : adapter.over(Decoder.this.weights);
            this.cache = cache;
            this.positions = new Positions(ops, tokens);
            this.tape = tape;
        }

        NDArray run(Consumer<NDArray> observer) {
            NDArray x = tape.cut(ops, embeddings()); // (N, C)
            observer.accept(x);
            for (int i = 0; i < config.layers().size(); i++) {
                x = layer(i, x);
                observer.accept(x);
            }
            return finalNorm(x);
        }

        NDArray finalNorm(NDArray x) {
            return norm(names.prefix() + names.finalNorm(), x);
        }

        NDArray layer(int index, NDArray x) {
            Ops whole = ops;
            ops = tape.begin(whole);
            NDArray y = layer(names.layerPath(index), config.layers().get(index), x);
            ops = whole;
            return y;
        }

        NDArray embeddings() {
            NDArray x = embedding(names.prefix() + names.embeddings(), tokens.ids());
            if (config.scales().embedding() != 1) {
                x = ops.call("mul", x, embeddingScale);
            }
            return names.positions() == null
                    ? x
                    : ops.call("add", x, embedding(names.prefix() + names.positions(), positions.learned(config)));
        }

        /** Whether a gradient of the embeddings leads to anything that is trained. */
        boolean learnsEmbeddings() {
            return learns(names.prefix() + names.embeddings())
                    || names.positions() != null && learns(names.prefix() + names.positions());
        }

        private boolean learns(String module) {
            return weights.get(module + ".weight").hasGradient()
                    || adapter != null && adapter.parts().containsKey(module);
        }

        /** Rows of a table: (ids, C). */
        private NDArray embedding(String module, NDArray ids) {
            NDArray y = tape.call(ops, "embed", weights.get(module + ".weight"), ids, frozenToken);
            return adapter == null ? y : adapter.embedding(ops, weights, module, ids, y);
        }

        private NDArray layer(String path, Layer layer, NDArray x) {
            TensorNames.Norms norms = names.norms();
            NDArray attended =
                    attention.apply(this, positions, layer, path, normOrSame(path, norms.beforeAttention(), x));
            NDArray y = residual(x, normOrSame(path, norms.afterAttention(), attended));
            NDArray mixed =
                    mlp.apply(this, layer, path, normOrSame(path, norms.beforeMlp(), config.parallel() ? x : y));
            return residual(y, normOrSame(path, norms.afterMlp(), mixed));
        }

        private NDArray residual(NDArray x, NDArray change) {
            NDArray scaled = config.scales().residual() == 1 ? change : ops.call("mul", change, residualScale);
            return tape.cut(ops, ops.call("add", x, scaled));
        }

        NDArray weight(String module) {
            return weights.get(module + ".weight");
        }

        NDArray linear(String module, NDArray input) {
            NDArray x = tape.cut(ops, input);
            String bias = module + ".bias";
            NDArray y = weights.has(bias)
                    ? tape.call(
                            ops, names.transposed() ? "conv1d" : "linear_bias", x, weight(module), weights.get(bias))
                    : tape.call(ops, "linear", x, weight(module));
            return adapter == null ? y : adapter.linear(ops, weights, module, x, y);
        }

        private NDArray normOrSame(String path, @Nullable String module, NDArray x) {
            return module == null ? x : norm(path + module, x);
        }

        NDArray norm(String module, NDArray x) {
            return switch (config.norm()) {
                case RMS -> tape.call(ops, "rms_norm", tape.cut(ops, x), weight(module), normEps);
                case RMS_FROM_ONE -> tape.call(ops, "rms_norm_from_one", tape.cut(ops, x), weight(module), normEps);
                case LAYER -> ops.call("layer_norm", x, weight(module), weights.get(module + ".bias"), normEps);
            };
        }
    }
}
