package dev.tandem.training;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.TokenizedRow;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The evaluation set under the policy as it is: TRL weighs the loss by rows and takes plain means over batches else. */
final class Evaluation {

    private final TrainingRun run;
    private final Passes passes;
    private final List<MicroBatch> batches = new ArrayList<>();

    Evaluation(TrainingRun run, Passes passes, List<TokenizedRow> rows) {
        this.run = run;
        this.passes = passes;
        int size = run.spec().perDeviceEvalBatchSize();
        for (int start = 0; start < rows.size(); start += size) {
            List<TokenizedRow> batch = rows.subList(start, Math.min(start + size, rows.size()));
            if (batch.size() == size || !run.spec().dataloaderDropLast()) {
                batches.add(MicroBatch.of(batch, run.method() == Method.DPO));
            }
        }
        if (batches.isEmpty()) {
            throw new TrainingFailure(
                    FailureKind.INVALID_DATASET,
                    "%d rows of the evaluation set do not fill one batch of per_device_eval_batch_size %d, and dataloader_drop_last drops what is less; set it to false"
                            .formatted(rows.size(), size));
        }
    }

    /**
     * @param step steps done
     * @param tokensSeen in training so far, which TRL repeats here
     * @param epoch passes over the training data
     * @param policyIsReference whether nothing has moved yet
     */
    Map<String, Double> run(int step, long tokensSeen, double epoch, boolean policyIsReference) {
        var sums = new LinkedHashMap<String, Double>();
        double loss = 0;
        int rows = 0;
        for (MicroBatch batch : batches) {
            boolean pairs = run.method() == Method.DPO;
            BatchResult result = passes.evaluate(batch, pairs ? 1 : 1.0 / batch.predictions(), step);
            Map<String, Double> metrics = pairs
                    ? BatchMetrics.ofPairs(batch, policyIsReference ? result.withoutRewards() : result, run.spec())
                    : BatchMetrics.ofDemonstrations(batch, result);
            metrics.forEach((name, value) -> sums.merge(name, value, Double::sum));
            loss += result.loss() * batch.rows().size();
            rows += batch.rows().size();
        }
        var means = new LinkedHashMap<String, Double>();
        means.put("loss", loss / rows);
        sums.forEach((name, sum) -> means.put(name, sum / batches.size()));
        means.put("num_tokens", (double) tokensSeen);
        means.put("epoch", epoch);
        return means;
    }
}
