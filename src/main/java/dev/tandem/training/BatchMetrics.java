package dev.tandem.training;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

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

    /** @param beta strength of the pull towards the reference, which scales the rewards */
    static Map<String, Double> ofPairs(MicroBatch batch, BatchResult result, double beta) {
        var metrics = new BatchMetrics(batch, result);
        var values = metrics.ofDemonstrations(metrics::chosen);
        metrics.addPreference(values, beta);
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

    private void addPreference(Map<String, Double> values, double beta) {
        double[] policy = sums(result.logps());
        float[] referenceLogps = result.referenceLogps();
        double[] reference = sums(referenceLogps == null ? result.logps() : referenceLogps);
        int pairs = policy.length / 2;
        double chosen = 0;
        double rejected = 0;
        double correct = 0;
        for (int i = 0; i < pairs; i++) {
            double chosenReward = beta * (policy[2 * i] - reference[2 * i]);
            double rejectedReward = beta * (policy[2 * i + 1] - reference[2 * i + 1]);
            chosen += chosenReward / pairs;
            rejected += rejectedReward / pairs;
            correct += chosenReward > rejectedReward ? 1.0 / pairs : 0;
        }
        values.put("logits/chosen", tokenMean(result.meanLogits(), this::chosen));
        values.put("logits/rejected", tokenMean(result.meanLogits(), sequence -> !chosen(sequence)));
        values.put("rewards/chosen", chosen);
        values.put("rewards/rejected", rejected);
        values.put("rewards/accuracies", correct);
        values.put("rewards/margins", chosen - rejected);
        values.put("logps/chosen", mean(policy, 0));
        values.put("logps/rejected", mean(policy, 1));
        values.put("kl", kl(referenceLogps == null ? result.logps() : referenceLogps));
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

    private double[] sums(float[] perToken) {
        return IntStream.range(0, batch.sequences())
                .mapToDouble(sequence -> sum(perToken, sequence))
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
