package dev.tandem.training;

import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.TokenTree;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows that are computed together, and where their completions lie among their M predictions: sequence 2i is the chosen
 * side of row i, sequence 2i + 1 the rejected one; without rejected sides, sequence i is row i.
 *
 * @param starts where each sequence's predictions begin, one more for the end of the last
 */
record MicroBatch(List<TokenizedRow> rows, List<TokenTree> trees, int[] starts) {

    static MicroBatch of(List<TokenizedRow> rows, boolean pairs) {
        var trees = new ArrayList<TokenTree>();
        var starts = new ArrayList<Integer>(List.of(0));
        for (TokenizedRow row : rows) {
            for (TokenTree tree : trees(row, pairs)) {
                for (int branch = 0; branch < tree.branches().size(); branch++) {
                    starts.add(starts.getLast() + tree.predicted(branch));
                }
                trees.add(tree);
            }
        }
        return new MicroBatch(
                rows, trees, starts.stream().mapToInt(Integer::intValue).toArray());
    }

    /** One tree for both sides; two where a cut left them with different prompts, and so with other positions. */
    private static List<TokenTree> trees(TokenizedRow row, boolean pairs) {
        int[] rejected = row.rejectedIds();
        int[] rejectedPrompt = row.rejectedPromptIds();
        var chosen = new TokenTree(row.promptIds(), List.of(row.chosenIds()));
        if (!pairs || rejected == null) {
            return List.of(chosen);
        }
        return rejectedPrompt == null
                ? List.of(new TokenTree(row.promptIds(), List.of(row.chosenIds(), rejected)))
                : List.of(chosen, new TokenTree(rejectedPrompt, List.of(rejected)));
    }

    /** Several as one, row after row. */
    static MicroBatch joined(List<MicroBatch> batches) {
        return batches.size() == 1
                ? batches.getFirst()
                : of(
                        batches.stream().flatMap(batch -> batch.rows.stream()).toList(),
                        batches.stream().anyMatch(MicroBatch::pairs));
    }

    /** Its rows from one to another. */
    MicroBatch part(int from, int to) {
        return from == 0 && to == rows.size() ? this : of(rows.subList(from, to), pairs());
    }

    private boolean pairs() {
        return sequences() > rows.size();
    }

    /** Places of the rows that attention sees, with padding to the longest: what the memory of a pass grows with. */
    int places() {
        return trees.size() * longest();
    }

    /** Tokens of the longest tree. */
    int longest() {
        return trees.stream().mapToInt(TokenTree::tokens).max().orElse(0);
    }

    /** Tokens of all trees, the last of each completion included, as they run where there are routers. */
    int wholeTokens() {
        return trees.stream().mapToInt(TokenTree::tokens).sum();
    }

    int sequences() {
        return starts.length - 1;
    }

    int predictions() {
        return starts[starts.length - 1];
    }

    /** Tokens that TRL counts: each sequence whole, so a prompt once for each side. */
    long tokens() {
        return trees.stream()
                .flatMapToLong(
                        tree -> tree.branches().stream().mapToLong(branch -> tree.trunk().length + branch.length))
                .sum();
    }

    /** Matrix that sums predictions to sequences: (sequences, predictions), row by row. */
    float[] sums(@Nullable Double ldAlpha) {
        float[] sums = new float[sequences() * predictions()];
        float[] weights = weights(ldAlpha);
        for (int sequence = 0; sequence < sequences(); sequence++) {
            for (int t = starts[sequence]; t < starts[sequence + 1]; t++) {
                sums[sequence * predictions() + t] = weights[t];
            }
        }
        return sums;
    }

    /**
     * What each prediction of a pair counts in its sequence's sum, as in LD-DPO (arXiv:2409.06411).
     *
     * @param ldAlpha weight of those past the length of the shorter side; null for 1
     */
    float[] weights(@Nullable Double ldAlpha) {
        float[] weights = new float[predictions()];
        Arrays.fill(weights, 1);
        if (ldAlpha != null) {
            for (int sequence = 0; sequence < sequences(); sequence++) {
                int shared = Math.min(predicted(sequence), predicted(sequence ^ 1));
                Arrays.fill(weights, starts[sequence] + shared, starts[sequence + 1], ldAlpha.floatValue());
            }
        }
        return weights;
    }

    int predicted(int sequence) {
        return starts[sequence + 1] - starts[sequence];
    }

    /** Factors of the rows' losses; null where each counts once. */
    float @Nullable [] rowWeights() {
        if (rows.stream().allMatch(row -> row.weight() == 1)) {
            return null;
        }
        float[] weights = new float[rows.size()];
        for (int row = 0; row < weights.length; row++) {
            weights[row] = rows.get(row).weight();
        }
        return weights;
    }

    /** The same of each prediction, where each row is one sequence. */
    float @Nullable [] predictionWeights() {
        float[] perRow = rowWeights();
        if (perRow == null) {
            return null;
        }
        float[] weights = new float[predictions()];
        for (int row = 0; row < perRow.length; row++) {
            Arrays.fill(weights, starts[row], starts[row + 1], perRow[row]);
        }
        return weights;
    }

    /** What a loss that is the same for all rows comes to. */
    double meanRowWeight() {
        return rows.stream().mapToDouble(TokenizedRow::weight).average().orElse(1);
    }

    /** Of each sequence: completion tokens that are predicted. */
    float[] predictedLengths() {
        float[] lengths = new float[sequences()];
        for (int sequence = 0; sequence < lengths.length; sequence++) {
            lengths[sequence] = predicted(sequence);
        }
        return lengths;
    }

    /** Of each sequence: completion tokens, a first one without predecessor too. TRL divides by these; at least 1. */
    float[] lengths() {
        float[] lengths = new float[sequences()];
        int sequence = 0;
        for (TokenTree tree : trees) {
            for (int[] branch : tree.branches()) {
                lengths[sequence++] = Math.max(1, branch.length);
            }
        }
        return lengths;
    }
}
