package dev.tandem.training;

import dev.tandem.spec.Method;
import dev.tandem.spec.TokenCounts;
import dev.tandem.text.RowProblem;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.TokenTree;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts tokens row by row and holds no row. */
final class TokenCounter implements TokenizedDataset.Visitor {

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

    TokenCounter(Method method) {
        this.method = method;
    }

    static TokenCounts of(List<TokenizedRow> rows, Method method) {
        var counter = new TokenCounter(method);
        rows.forEach(row -> counter.row(row, false));
        return counter.counts();
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
