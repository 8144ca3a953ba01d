package dev.tandem.spec;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a spec asks of the run around it. */
public final class RunFit {

    private static final List<String> OF_SFT = List.of("loss", "entropy", "mean_token_accuracy");

    private RunFit() {}

    /**
     * @param adapted whether an adapter is trained
     * @param field path of the spec in the request, as in {@code training.}
     */
    public static Rules check(Rules rules, String field, Method method, TrainingSpec spec, boolean adapted) {
        String metric = spec.bestMetric();
        return rules.check(
                        method == Method.DPO || metric == null || OF_SFT.contains(metric),
                        field + "metric_for_best_model",
                        "must be one of %s with method sft".formatted(String.join(", ", OF_SFT)),
                        metric)
                .check(
                        !spec.syncRefModel() || !adapted,
                        field + "sync_ref_model",
                        "must be off with an adapter, as in TRL: the reference is the model without it, and nothing there can move",
                        true)
                .check(
                        !spec.syncRefModel() || method == Method.DPO,
                        field + "sync_ref_model",
                        "needs method dpo; sft has no reference",
                        true);
    }

    /**
     * Why the losses cannot count rows as their weights say; empty if they can.
     *
     * @param data what the rows are called
     * @param weighted rows with a weight that is not 1
     * @param firstLine of the first of them
     */
    public static Optional<String> weightProblem(
            Method method, TrainingSpec spec, String data, long weighted, long firstLine) {
        String ranked = spec.lossType().stream()
                .filter(LossType.RANKED::contains)
                .map(Form::word)
                .collect(Collectors.joining(", "));
        return method == Method.SFT || ranked.isEmpty() || weighted == 0
                ? Optional.empty()
                : Optional.of(
                        "loss_type %s sorts over the rows of a batch, so none of its numbers is a row's to weigh, but line %d of %s has a weight other than 1 (rows that have one: %d); choose another loss_type, or leave the weights out"
                                .formatted(ranked, firstLine, data, weighted));
    }

    /** @throws InvalidSpec naming every field that does not fit */
    public static void require(Method method, TrainingSpec spec, boolean adapted, @Nullable DataSource evalData) {
        check(new Rules(), "", method, spec, adapted)
                .check(
                        !spec.evaluates() || evalData != null,
                        spec.evalOnStart() ? "eval_on_start" : "eval_strategy",
                        "needs evaluation data",
                        spec.evalOnStart() ? "true" : Form.word(spec.evalStrategy()))
                .done();
    }
}
