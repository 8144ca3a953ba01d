package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row's scores.
 *
 * @param row its place in the request, from 0
 * @param boundarySplit whether a token spans the border of prompt and completion, see {@link PromptBoundary}
 * @param completions in the order of the request; chosen before rejected
 * @param margin reward of chosen minus that of rejected; null without a reference, or where no side is preferred
 */
public record RowScore(
        int row,
        List<Integer> promptIds,
        List<String> promptTokens,
        boolean boundarySplit,
        List<CompletionScore> completions,
        @Nullable Double margin) {}
