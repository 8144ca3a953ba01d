package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A decoder with its head, and the adapter that it runs with, if any. */
public record LanguageModel(
        Decoder decoder, LmHead head, @Nullable LoraAdapter adapter) {

    public ModelConfig config() {
        return decoder.config();
    }

    public PackedTokens pack(Ops ops, List<TokenTree> trees) {
        return PackedTokens.pack(ops.manager(), trees, config().slidingWindow());
    }

    /** Hidden states that predict the completion tokens: (M, C). */
    public NDArray predictingStates(Ops ops, PackedTokens tokens) {
        return ops.call("select", decoder.hidden(ops, tokens, adapter), tokens.predictors());
    }

    /** Log-probability of each completion token: (M), fp32. */
    public NDArray logps(Ops ops, PackedTokens tokens) {
        return head.logps(ops, predictingStates(ops, tokens), tokens.targets());
    }
}
