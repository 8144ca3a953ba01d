package dev.tandem.transformer;

import dev.tandem.transformer.ModelConfig.Fused;
import dev.tandem.transformer.ModelConfig.Layer;
import dev.tandem.transformer.ModelConfig.Normed;
import java.util.stream.Stream;

/**
 * Numbers that a layer keeps of each token from the forward pass until the backward pass: the results of its kernels, which
 * live as long as the pass, and what autograd saves inside them.
 */
final class Activations {

    private final ModelConfig config;
    private final boolean weightsLearn;
    private final long hidden;
    private final long queries;
    private final long keys;

    /** @param weightsLearn whether the model's own weights are trained, not an adapter's */
    Activations(ModelConfig config, boolean weightsLearn) {
        this.config = config;
        this.weightsLearn = weightsLearn;
        this.hidden = config.hiddenSize();
        this.queries = (long) config.attention().heads() * config.attention().headDim();
        this.keys = (long) config.attention().kvHeads() * config.attention().headDim();
    }

    long ofLayer(Layer layer) {
        TensorNames.Norms names = config.names().norms();
        long norms = Stream.of(names.beforeAttention(), names.afterAttention(), names.beforeMlp(), names.afterMlp())
                .filter(name -> name != null)
                .count();
        long residuals = config.scales().residual() == 1 ? 2 * hidden : 4 * hidden;
        return norms * ofNorm() + ofAttention(layer) + (layer.sparse() ? ofExperts() : ofMlp()) + residuals;
    }

    /** The weighted result; and for the gradient of the weight, what it weighs. A LayerNorm is one kernel. */
    long ofNorm() {
        return config.norm() != ModelConfig.Norm.LAYER && weightsLearn ? 2 * hidden : hidden;
    }

    private long ofAttention(Layer layer) {
        long projected = queries + 2 * keys;
        long split = config.attention().fused() == Fused.NOT ? 0 : projected;
        long normed = config.attention().normed() == Normed.NOTHING ? 0 : 2 * (queries + keys);
        long turned = layer.rotary() == null ? 0 : queries + keys;
        long gathered = projected; // to rows with padding, which the number of places counts already
        return projected + split + normed + turned + gathered + 2 * queries + hidden;
    }

    private long ofMlp() {
        return (isGated() ? 4L : 2L) * config.mlp().intermediateSize() + hidden;
    }

    private long ofExperts() {
        ModelConfig.Experts experts = config.experts();
        return experts.perToken() * (2 * hidden + 4L * experts.intermediateSize()) + experts.count() + hidden;
    }

    private boolean isGated() {
        return config.mlp().fused() || config.names().mlp().gate() != null;
    }

    /** Per token and key of its row: the mask as numbers; where no fused kernel serves, each head's probabilities. */
    long perKey() {
        int heads = config.attention().heads();
        return isCapped() ? 2L * heads + 1 : isUnfused() ? heads + 1 : 1;
    }

    /** Gradients of a layer's inside on their way, per token. */
    long backward() {
        long mlp = (isGated() ? 3L : 2L) * config.mlp().intermediateSize() + 2 * hidden;
        long experts = config.routes()
                ? config.experts().perToken() * (3L * config.experts().intermediateSize() + 2 * hidden)
                : 0;
        return Math.max(4 * queries, Math.max(mlp, experts));
    }

    long backwardPerKey() {
        return isCapped() || isUnfused() ? 2L * config.attention().heads() : 1;
    }

    private boolean isCapped() {
        return config.attention().softcap() != null;
    }

    /** Heads that share keys are computed by plain products. */
    private boolean isUnfused() {
        return config.attention().kvHeads() < config.attention().heads();
    }

    /** Embeddings, the last norm, the mask, and states and slopes of the head. */
    long around() {
        int embeddings =
                (config.names().positions() == null ? 1 : 3) + (config.scales().embedding() == 1 ? 0 : 1);
        return (embeddings + 6) * hidden + ofNorm();
    }
}
