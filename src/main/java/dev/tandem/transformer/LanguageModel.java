package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A decoder with its head, and the adapter that it runs with, if any.
 *
 * @param plainHead the head without the adapter
 */
public record LanguageModel(
        Decoder decoder, LmHead plainHead, @Nullable LoraAdapter adapter) {

    public ModelConfig config() {
        return decoder.config();
    }

    public PackedTokens pack(Ops ops, List<TokenTree> trees) {
        return config().routes()
                ? PackedTokens.packWhole(ops.manager(), trees, config().slidingWindow())
                : PackedTokens.pack(ops.manager(), trees, config().slidingWindow());
    }

    /**
     * @param states hidden states that predict the completion tokens: (M, C)
     * @param routing what the routers chose
     */
    public record Prediction(NDArray states, Routing routing) {}

    public Prediction predict(Ops ops, PackedTokens tokens) {
        return predict(ops, tokens, Tape.none());
    }

    /** @param tape goes on backward where autograd ends */
    public Prediction predict(Ops ops, PackedTokens tokens, Tape tape) {
        if (!JniUtils.isGradMode()) {
            return Recomputation.forward(ops, this, tokens);
        }
        Decoder.Output output = decoder.run(ops, tokens, adapter, tape);
        return new Prediction(ops.call("select", output.hidden(), tokens.predictors()), output.routing());
    }

    /** The head, with what the adapter makes of it. */
    public LmHead head(Ops ops) {
        return adapter == null || !adapter.changesHead()
                ? plainHead
                : plainHead.with(adapter.head(ops, plainHead.weight()));
    }

    /** The model as it computes in training: with dropout, if its adapter has any. The same seed draws the same masks. */
    public LanguageModel dropping(long seed) {
        return adapter == null ? this : new LanguageModel(decoder, plainHead, adapter.dropping(seed));
    }

    /** Hidden states that predict the completion tokens: (M, C). */
    public NDArray predictingStates(Ops ops, PackedTokens tokens) {
        return predict(ops, tokens).states();
    }

    /** Log-probability of each completion token: (M), fp32. */
    public NDArray logps(Ops ops, PackedTokens tokens) {
        return head(ops).logps(ops, predictingStates(ops, tokens), tokens.targets());
    }
}
