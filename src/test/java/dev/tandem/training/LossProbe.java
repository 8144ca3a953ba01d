package dev.tandem.training;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.TokenizedRow;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Prepared log-probabilities of a micro-batch, for asking a loss about them; chosen and rejected of each pair in turn. */
final class LossProbe {

    final List<Float> policy = new ArrayList<>();
    final List<Float> reference = new ArrayList<>();
    final List<Float> logSumP2 = new ArrayList<>();
    private final List<TokenizedRow> rows = new ArrayList<>();

    /** @param gradients by each log-probability of the policy */
    record Answer(double loss, float[] gradients, Map<String, Double> metrics) {}

    void add(int promptTokens, int chosenTokens, int rejectedTokens) {
        add(promptTokens, chosenTokens, rejectedTokens, 1);
    }

    void add(int promptTokens, int chosenTokens, int rejectedTokens, double weight) {
        rows.add(new TokenizedRow(
                rows.size() + 1,
                new int[promptTokens],
                new int[chosenTokens],
                new int[rejectedTokens],
                false,
                null,
                (float) weight));
    }

    /** One pair of one token a side. */
    static LossProbe ofPair(double policyChosen, double policyRejected, double chosen, double rejected) {
        var probe = new LossProbe();
        probe.add(1, 1, 1);
        probe.policy.addAll(List.of((float) policyChosen, (float) policyRejected));
        probe.reference.addAll(List.of((float) chosen, (float) rejected));
        return probe;
    }

    Answer ask(TrainingSpec spec) {
        return ask(spec, () -> {});
    }

    /** @param meanwhile happens between the forward and the backward pass */
    Answer ask(TrainingSpec spec, Runnable meanwhile) {
        Learner.begin();
        MicroBatch batch = MicroBatch.of(rows, true);
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            NDArray logps = manager.create(floats(policy));
            NDArray referenceLogps = spec.usesReference() ? manager.create(floats(reference)) : null;
            NDArray collision = spec.useWeighting() ? manager.create(floats(logSumP2)) : null;
            JniUtils.setGradMode(true);
            logps.setRequiresGradient(true);
            NDArray loss = PreferenceObjective.of(spec)
                    .loss(batch, new Objective.Predictions(logps, referenceLogps, collision));
            meanwhile.run();
            collector.backward(loss);
            JniUtils.setGradMode(false);
            float[] zeros = new float[policy.size()];
            float[][] rows = {floats(policy), zeros, zeros, zeros};
            var told = new Told(rows, referenceLogps == null ? null : floats(reference), 0);
            var result = new BatchResult(loss.getFloat(), null, told);
            return new Answer(
                    loss.getFloat(), logps.getGradient().toFloatArray(), BatchMetrics.ofPairs(batch, result, spec));
        }
    }

    private static float[] floats(List<Float> values) {
        float[] floats = new float[values.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = values.get(i);
        }
        return floats;
    }
}
