package dev.tandem.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tandem.text.TextTokenizer;
import dev.tandem.transformer.Generator.Continuation;
import org.jspecify.annotations.Nullable;

/**
 * How a prompt goes on, as it is written.
 *
 * @param prompt a text or messages
 * @param tokens how many the completion has, without the one that ends it
 * @param finishReason {@code stop} at an end token, {@code length} at the limit or the end of the context
 * @param referenceCompletion how the reference goes on; left out without one
 */
record GeneratedLine(
        Object prompt,
        String completion,
        int tokens,
        String finishReason,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String referenceCompletion,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Integer referenceTokens,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String referenceFinishReason) {

    static GeneratedLine of(
            Object prompt, TextTokenizer tokenizer, Continuation policy, @Nullable Continuation reference) {
        return new GeneratedLine(
                prompt,
                tokenizer.decode(policy.ids(), true),
                policy.ids().length,
                reason(policy),
                reference == null ? null : tokenizer.decode(reference.ids(), true),
                reference == null ? null : (Integer) reference.ids().length,
                reference == null ? null : reason(reference));
    }

    private static String reason(Continuation continuation) {
        return continuation.ended() ? "stop" : "length";
    }
}
