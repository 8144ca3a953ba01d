package dev.tandem.spec;

import java.util.SortedMap;

/**
 * The tokens of a dataset as they run: prompts once, cut where they are too long.
 *
 * @param rows that are trained on
 * @param dropped valid rows that cannot be trained on
 * @param truncated rows that are cut
 * @param prompt tokens of all prompts, each once
 * @param chosen tokens of all chosen completions
 * @param rejected tokens of all rejected completions
 * @param sequences completions of all rows, whose last tokens need not run
 * @param whole tokens that TRL counts: each sequence with its prompt
 * @param predictions tokens whose log-probability is taken
 * @param visiblePairs pairs of a token and one that it sees
 * @param places of the largest row, padding of a micro-batch of it alone included
 * @param histogram how many trees of prompt and completions have how many tokens
 */
public record TokenCounts(
        long rows,
        long dropped,
        long truncated,
        long prompt,
        long chosen,
        long rejected,
        long sequences,
        long whole,
        long predictions,
        double visiblePairs,
        int places,
        SortedMap<Integer, Long> histogram) {

    /** Tokens of the longest tree. */
    public int longest() {
        return histogram.isEmpty() ? 0 : histogram.lastKey();
    }

    /** Tokens of all trees. */
    public long tokens() {
        return prompt + chosen + rejected;
    }
}
