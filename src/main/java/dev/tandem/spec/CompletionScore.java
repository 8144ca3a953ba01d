package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A completion's scores.
 *
 * @param side {@code chosen} or {@code rejected}; null where no side is preferred
 * @param tokenIds all of its tokens, those that were cut too; what ends it is one of them
 * @param tokens the text of each id; a character of several tokens stands with the last of them
 * @param logps of each token given all before it, in nats; null for a cut one, and for a first one without a prompt
 * @param logp sum of {@code logps}
 * @param scoredTokens how many are summed up
 * @param cutTokens how many at the end lie beyond {@code max_length}
 * @param referenceLogps of each token under the reference; null without one
 * @param reward {@code beta * (logp - referenceLogp)}, the implicit reward of arXiv:2305.18290; null without a reference
 */
public record CompletionScore(
        @Nullable String side,
        List<Integer> tokenIds,
        List<String> tokens,
        List<@Nullable Float> logps,
        double logp,
        int scoredTokens,
        int cutTokens,
        @Nullable List<@Nullable Float> referenceLogps,
        @Nullable Double referenceLogp,
        @Nullable Double reward) {}
