package dev.tandem.training;

import dev.tandem.spec.TokenCounts;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.transformer.TokenTree;
import dev.tandem.transformer.WeightShapes;

/**
 * Floating-point operations of a step's matrix products: what the step runs, not what a plain implementation of the same
 * mathematics would run.
 *
 * @param perToken forward through the blocks' weights: two for each weight
 * @param perVisiblePair forward of one query and one key that it sees, over all layers
 * @param perPrediction forward of the head
 * @param passes how many forwards the blocks cost: 1 forward, 2 backward or 1 where the weights are frozen
 * @param heads how many forwards the head costs in a training step: with the slope 2, with its own gradient 4
 */
record Flops(double perToken, double perVisiblePair, double perPrediction, int passes, int heads) {

    static Flops of(Policy policy) {
        return of(policy.model().config(), policy.model().adapter() != null, policy.trainsHead());
    }

    /** @param adapted whether an adapter is trained and the model's own weights stay */
    static Flops of(ModelConfig config, boolean adapted, boolean trainsHead) {
        double weights = WeightShapes.linearWeights(config);
        double head = 2.0 * config.hiddenSize() * config.vocabSize();
        return new Flops(
                2 * weights,
                4.0
                        * config.layers().size()
                        * config.attention().heads()
                        * config.attention().headDim(),
                head,
                adapted ? 2 : 3,
                trainsHead ? 4 : 2);
    }

    /**
     * @param forwardRows rows of the micro-batch that ran forward once more, through the reference too
     * @param recomputes whether the blocks were computed again for their gradients
     */
    double of(MicroBatch batch, double forwardRows, boolean recomputes) {
        double block = 0;
        for (TokenTree tree : batch.trees()) {
            block += tokens(tree) * perToken + visiblePairs(tree) * perVisiblePair;
        }
        double more = forwardRows / batch.rows().size();
        return block * (passes + more + (recomputes ? 1 : 0)) + batch.predictions() * perPrediction * (heads + more);
    }

    /**
     * Of all rows once.
     *
     * @param referenced share of the rows that the reference runs too
     */
    double of(TokenCounts rows, double referenced, boolean recomputes) {
        double run = rows.tokens() - rows.sequences();
        double block = run * perToken + rows.visiblePairs() * perVisiblePair;
        return block * (passes + referenced + (recomputes ? 1 : 0))
                + rows.predictions() * perPrediction * (heads + referenced);
    }

    private static double tokens(TokenTree tree) {
        return tree.trunk().length
                + tree.branches().stream().mapToInt(TokenTree::run).sum();
    }

    static double visiblePairs(TokenTree tree) {
        double trunk = tree.trunk().length;
        double pairs = trunk * trunk / 2;
        for (int[] branch : tree.branches()) {
            pairs += branch.length * (trunk + branch.length / 2.0);
        }
        return pairs;
    }
}
