package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import dev.tandem.training.loss.Scalar;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.Routing;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The losses of declared micro-batches whose rows ran together, each times its weight.
 *
 * @param losses the routers' share included
 * @param auxLosses the routers' auxiliary losses as they are; empty where those do not count
 */
record DeclaredLosses(List<MicroBatch> declared, List<NDArray> losses, List<NDArray> auxLosses) {

    /**
     * @param predictions of all of them, one after the other
     * @param routing of all of them; null where it does not count
     * @param auxLossCoef factor of the auxiliary loss beside the objective
     */
    static DeclaredLosses of(
            Ops ops,
            Objective objective,
            List<MicroBatch> declared,
            Objective.Predictions predictions,
            @Nullable Routing routing,
            double weight,
            double auxLossCoef) {
        var losses = new ArrayList<NDArray>();
        var auxLosses = new ArrayList<NDArray>();
        int prediction = 0;
        int token = 0;
        for (MicroBatch batch : declared) {
            NDArray whole = objective.loss(batch, predictions.slice(prediction, prediction + batch.predictions()));
            NDArray loss = whole.mul(Scalar.of(whole, weight));
            if (routing != null) {
                NDArray auxLoss =
                        routing.slice(token, token + batch.wholeTokens()).imbalance(ops);
                auxLosses.add(auxLoss);
                loss = loss.add(auxLoss.mul(Scalar.of(auxLoss, auxLossCoef * weight)));
            }
            losses.add(loss);
            prediction += batch.predictions();
            token += batch.wholeTokens();
        }
        return new DeclaredLosses(declared, losses, auxLosses);
    }

    NDArray total() {
        return losses.stream().reduce(NDArray::add).orElseThrow();
    }

    /** @param told of all of them, one after the other */
    List<BatchResult> results(Told told) {
        double rows = declared.stream().mapToInt(batch -> batch.rows().size()).sum();
        var results = new ArrayList<BatchResult>();
        int start = 0;
        for (int i = 0; i < losses.size(); i++) {
            MicroBatch batch = declared.get(i);
            int end = start + batch.predictions();
            Float auxLoss =
                    auxLosses.isEmpty() ? null : Float.valueOf(auxLosses.get(i).getFloat());
            Told own = told.slice(start, end, batch.rows().size() / rows);
            results.add(new BatchResult(losses.get(i).getFloat(), auxLoss, own));
            start = end;
        }
        return results;
    }
}
