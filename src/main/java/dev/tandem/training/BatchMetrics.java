package dev.tandem.training;

import dev.tandem.spec.LossType;
import dev.tandem.spec.TrainingSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * TRL's metrics of one micro-batch, by TRL's names and with TRL's means: log-probabilities are means over sequences of
 * sums over tokens; entropy and logits are means over tokens.
 */
final class BatchMetrics {

    private final MicroBatch batch;
    private final BatchResult result;

    private BatchMetrics(MicroBatch batch, BatchResult result) {
        this.batch = batch;
        this.result = result;
    }

    static Map<String, Double> ofPairs(MicroBatch batch, BatchResult result, TrainingSpec spec) {
        var metrics = new BatchMetrics(batch, result);
        var values = metrics.ofDemonstrations(metrics::chosen);
        metrics.addPreference(values, spec);
        metrics.addLikelihood(values, spec.lossType());
        if (result.auxLoss() != null) {
            values.put("aux_loss", (double) result.auxLoss());
        }
        return values;
    }

    static Map<String, Double> ofDemonstrations(MicroBatch batch, BatchResult result) {
        return new BatchMetrics(batch, result).ofDemonstrations(sequence -> true);
    }

    /** Sequences with numbers that are not finite, as lines of the dataset. */
    static List<Long> badLines(MicroBatch batch, BatchResult result) {
        var metrics = new BatchMetrics(batch, result);
        int sides = batch.sequences() / batch.rows().size();
        return IntStream.range(0, batch.sequences())
                .filter(sequence -> !Double.isFinite(metrics.sum(result.logps(), sequence)))
                .mapToObj(sequence -> batch.rows().get(sequence / sides).line())
                .distinct()
                .toList();
    }

    private Map<String, Double> ofDemonstrations(IntPredicate counted) {
        var values = new LinkedHashMap<String, Double>();
        values.put("entropy", tokenMean(result.entropies(), sequence -> true));
        values.put("mean_token_accuracy", tokenMean(result.hits(), counted));
        return values;
    }

    private void addPreference(Map<String, Double> values, TrainingSpec spec) {
        double[] policy = sums(result.logps(), spec.ldAlpha());
        double[] rewards = rewards(policy, spec);
        double chosen = mean(rewards, 0);
        double rejected = mean(rewards, 1);
        double correct = IntStream.range(0, rewards.length / 2)
                .mapToDouble(i -> rewards[2 * i] > rewards[2 * i + 1] ? 1 : 0)
                .average()
                .orElse(0);
        values.put("logits/chosen", tokenMean(result.meanLogits(), this::chosen));
        values.put("logits/rejected", tokenMean(result.meanLogits(), sequence -> !chosen(sequence)));
        values.put("rewards/chosen", chosen);
        values.put("rewards/rejected", rejected);
        values.put("rewards/accuracies", correct);
        values.put("rewards/margins", chosen - rejected);
        values.put("logps/chosen", mean(policy, 0));
        values.put("logps/rejected", mean(policy, 1));
        float[] reference = result.referenceLogps();
        if (reference != null) {
            values.put("kl", kl(reference));
        }
    }

    /**
     * beta * (policy − reference), whatever the loss or f-divergence; where there is no reference beta * policy, per
     * token for the losses that were published so.
     */
    private double[] rewards(double[] policy, TrainingSpec spec) {
        float[] referenceLogps = result.referenceLogps();
        double[] reference = referenceLogps == null ? new double[policy.length] : sums(referenceLogps, spec.ldAlpha());
        boolean perToken = referenceLogps == null && spec.rewardsPerToken();
        return IntStream.range(0, policy.length)
                .mapToDouble(i ->
                        spec.beta() * (policy[i] - reference[i]) / (perToken ? Math.max(1, batch.predicted(i)) : 1))
                .toArray();
    }

    /** What TRL logs of the losses with a likelihood term in them. */
    private void addLikelihood(Map<String, Double> values, List<LossType> losses) {
        if (losses.contains(LossType.CPO) || losses.contains(LossType.ORPO)) {
            values.put("nll_loss", -tokenMean(result.logps(), this::chosen));
        }
        if (losses.contains(LossType.ORPO)) {
            double[] logOdds = IntStream.range(0, batch.sequences())
                    .mapToDouble(this::logOdds)
                    .toArray();
            double[] ratios = IntStream.range(0, logOdds.length / 2)
                    .mapToDouble(i -> logOdds[2 * i] - logOdds[2 * i + 1])
                    .toArray();
            values.put("log_odds_chosen", Arrays.stream(ratios).average().orElse(0));
            values.put(
                    "log_odds_ratio",
                    Arrays.stream(ratios)
                            .map(BatchMetrics::logSigmoid)
                            .average()
                            .orElse(0));
        }
    }

    /** log(p / (1 − p)) of the mean token. */
    private double logOdds(int sequence) {
        double logp = sum(result.logps(), sequence) / Math.max(1, batch.predicted(sequence));
        return logp - Math.log(-Math.expm1(logp));
    }

    private static double logSigmoid(double x) {
        return Math.min(x, 0) - Math.log1p(Math.exp(-Math.abs(x)));
    }

    private boolean chosen(int sequence) {
        return sequence % 2 == 0;
    }

    /** Schulman's estimator of KL(policy || reference) per completion token: e^d − 1 − d with d = log ref − log policy. */
    private double kl(float[] reference) {
        double sum = 0;
        for (int t = 0; t < reference.length; t++) {
            double d = reference[t] - result.logps()[t];
            sum += Math.expm1(d) - d;
        }
        return sum / reference.length;
    }

    private double[] sums(float[] perToken, @Nullable Double ldAlpha) {
        float[] weighted = batch.weights(ldAlpha);
        for (int t = 0; t < weighted.length; t++) {
            weighted[t] *= perToken[t];
        }
        return IntStream.range(0, batch.sequences())
                .mapToDouble(sequence -> sum(weighted, sequence))
                .toArray();
    }

    private double sum(float[] perToken, int sequence) {
        double sum = 0;
        for (int t = batch.starts()[sequence]; t < batch.starts()[sequence + 1]; t++) {
            sum += perToken[t];
        }
        return sum;
    }

    private static double mean(double[] sequences, int side) {
        return IntStream.range(0, sequences.length / 2)
                .mapToDouble(i -> sequences[2 * i + side])
                .average()
                .orElse(0);
    }

    private double tokenMean(float[] perToken, IntPredicate counted) {
        int[] sequences = IntStream.range(0, batch.sequences()).filter(counted).toArray();
        double sum = Arrays.stream(sequences).mapToDouble(s -> sum(perToken, s)).sum();
        int tokens = Arrays.stream(sequences)
                .map(s -> batch.starts()[s + 1] - batch.starts()[s])
                .sum();
        return sum / Math.max(1, tokens);
    }
}
