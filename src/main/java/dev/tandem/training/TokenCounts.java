package dev.tandem.training;

import dev.tandem.spec.Method;
import dev.tandem.text.RowProblem;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.TokenTree;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

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
 * @param places of the largest row, see {@link MicroBatch#places}
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

    static TokenCounts of(List<TokenizedRow> rows, Method method) {
        var counter = new Counter(method);
        rows.forEach(row -> counter.row(row, false));
        return counter.counts();
    }

    /** Counts row by row and holds none. */
    static final class Counter implements TokenizedDataset.Visitor {

        private final Method method;
        private final SortedMap<Integer, Long> histogram = new TreeMap<>();
        private long rows;
        private long dropped;
        private long truncated;
        private long prompt;
        private long chosen;
        private long rejected;
        private long sequences;
        private long whole;
        private long predictions;
        private double visiblePairs;
        private int places;

        Counter(Method method) {
            this.method = method;
        }

        @Override
        public void row(TokenizedRow row, boolean cut) {
            MicroBatch alone = MicroBatch.of(List.of(row), method == Method.DPO);
            rows++;
            truncated += cut ? 1 : 0;
            for (TokenTree tree : alone.trees()) {
                prompt += tree.trunk().length;
                visiblePairs += Flops.visiblePairs(tree);
                histogram.merge(tree.tokens(), 1L, Long::sum);
            }
            chosen += row.chosenIds().length;
            int[] other = row.rejectedIds();
            rejected += other == null || method != Method.DPO ? 0 : other.length;
            sequences += alone.sequences();
            whole += alone.tokens();
            predictions += alone.predictions();
            places = Math.max(places, alone.places());
        }

        @Override
        public void dropped(TokenizedDataset.Dropped row) {
            dropped++;
        }

        @Override
        public void skipped(RowProblem problem) {}

        TokenCounts counts() {
            return new TokenCounts(
                    rows,
                    dropped,
                    truncated,
                    prompt,
                    chosen,
                    rejected,
                    sequences,
                    whole,
                    predictions,
                    visiblePairs,
                    places,
                    histogram);
        }
    }
}
