package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.TokenizedRow;
import dev.tandem.training.loss.Divergence;
import dev.tandem.training.loss.Pairs;
import dev.tandem.training.loss.PreferenceLoss;
import dev.tandem.training.loss.Scalar;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Mean over pairs of the weighted sum of preference losses, each pair times the weight of its row. The pairs are those of one
 * declared micro-batch and must come together: optimal transport sorts over them, and the likelihood is a mean over their
 * tokens.
 *
 * @param ldAlpha weight of the tokens past the shorter answer's length, arXiv:2409.06411; null for 1
 * @param weighted whether pairs are weighed as in WPO, arXiv:2406.11827
 * @param referenced whether there is a reference
 */
record PreferenceObjective(
        List<Term> terms, Divergence divergence, @Nullable Double ldAlpha, boolean weighted, boolean referenced)
        implements Objective {

    record Term(PreferenceLoss loss, double weight) {}

    static PreferenceObjective of(TrainingSpec spec) {
        var terms = new ArrayList<Term>();
        List<Double> weights = spec.lossWeights();
        for (int i = 0; i < spec.lossType().size(); i++) {
            PreferenceLoss loss = PreferenceLoss.of(spec.lossType().get(i), spec);
            terms.add(new Term(loss, weights == null ? 1 : weights.get(i)));
        }
        var divergence = new Divergence(spec.fDivergenceType(), spec.fAlphaDivergenceCoef());
        return new PreferenceObjective(terms, divergence, spec.ldAlpha(), spec.useWeighting(), spec.usesReference());
    }

    @Override
    public double share(int rows, int ofRows) {
        return terms.stream().anyMatch(term -> term.loss().couplesPairs()) ? Double.NaN : (double) rows / ofRows;
    }

    @Override
    public boolean needsLogSumP2() {
        return weighted;
    }

    @Override
    public NDArray loss(MicroBatch batch, Predictions predictions) {
        var sequences = new SequenceSums(batch, predictions);
        Pairs pairs = sequences.pairs(divergence, ldAlpha);
        NDArray weights = weights(batch, sequences);
        NDArray total = null;
        for (Term term : terms) {
            NDArray perPair = term.loss().perPair(pairs); // (B)
            NDArray mean = (weights == null ? perPair : perPair.mul(weights)).mean();
            NDArray part = mean.mul(Scalar.of(mean, term.weight()));
            total = total == null ? part : total.add(part);
        }
        return Objects.requireNonNull(total, "a spec has at least one loss");
    }

    /** (B); null where every pair counts once. */
    private @Nullable NDArray weights(MicroBatch batch, SequenceSums sequences) {
        float[] ofRows = batch.rowWeights();
        if (ofRows == null) {
            return weighted ? sequences.ownLikeliness() : null;
        }
        NDArray given = sequences.perRow(ofRows);
        return weighted ? sequences.ownLikeliness().mul(given) : given;
    }

    /** It does not depend on the data if it is the same for two unlike pairs. */
    @Override
    public OptionalDouble initialValue(NDManager manager) {
        double one = untrained(manager, 1, 1, -0.3f);
        double other = untrained(manager, 2, 5, -0.7f);
        return Math.abs(one - other) <= 1e-5 * Math.max(1, Math.abs(one))
                ? OptionalDouble.of(one)
                : OptionalDouble.empty();
    }

    private double untrained(NDManager manager, int chosenTokens, int rejectedTokens, float slope) {
        var row = new TokenizedRow(1, new int[1], new int[chosenTokens], new int[rejectedTokens]);
        MicroBatch batch = MicroBatch.of(List.of(row), true);
        float[] values = new float[batch.predictions()];
        IntStream.range(0, values.length).forEach(t -> values[t] = slope * (t + 1));
        try (NDManager scratch = manager.newSubManager()) {
            NDArray logps = scratch.create(values);
            return loss(batch, new Predictions(logps, referenced ? logps : null, logps.add(logps)))
                    .getFloat();
        }
    }
}
