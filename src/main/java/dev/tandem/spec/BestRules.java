package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** How evaluation, saving, the best checkpoint and early stopping depend on each other, as in Transformers. */
record BestRules(
        EvalStrategy evalStrategy,
        double evalSteps,
        SaveStrategy saveStrategy,
        double saveSteps,
        boolean loadBest,
        @Nullable String metric,
        @Nullable Boolean greaterIsBetter,
        @Nullable Integer patience,
        double threshold) {

    /** What an evaluation measures. */
    private static final List<String> METRICS = List.of(
            "loss",
            "rewards/chosen",
            "rewards/rejected",
            "rewards/margins",
            "rewards/accuracies",
            "logps/chosen",
            "logps/rejected",
            "logits/chosen",
            "logits/rejected",
            "entropy",
            "mean_token_accuracy",
            "aux_loss",
            "kl");

    void check(Rules rules) {
        boolean evaluates = evalStrategy != EvalStrategy.NO;
        boolean named = metric != null || loadBest; // the best model is by loss if nothing else is said
        checkMetric(rules);
        rules.check(
                        metric == null || evaluates,
                        "metric_for_best_model",
                        "needs evaluations; set eval_strategy to steps or epoch",
                        metric)
                .check(
                        greaterIsBetter == null || named,
                        "greater_is_better",
                        "needs metric_for_best_model",
                        greaterIsBetter)
                .check(
                        saveStrategy != SaveStrategy.BEST || named && evaluates,
                        "save_strategy",
                        "may be best only with metric_for_best_model and an eval_strategy of steps or epoch",
                        "best")
                .check(patience == null || patience >= 1, "early_stopping_patience", "must be at least 1", patience)
                .check(
                        patience == null || named && evaluates,
                        "early_stopping_patience",
                        "needs metric_for_best_model and an eval_strategy of steps or epoch",
                        patience)
                .notNegative("early_stopping_threshold", threshold)
                .check(
                        threshold == 0 || patience != null,
                        "early_stopping_threshold",
                        "needs early_stopping_patience",
                        threshold);
        if (loadBest && saveStrategy != SaveStrategy.BEST) {
            checkSaving(rules);
        }
    }

    private void checkMetric(Rules rules) {
        if (metric != null) {
            String name = withoutPrefix(metric);
            String near = Form.nearest(name, METRICS)
                    .map("; did you mean %s?"::formatted)
                    .orElse("");
            rules.check(
                    METRICS.contains(name),
                    "metric_for_best_model",
                    "must be one of %s%s".formatted(String.join(", ", METRICS), near),
                    metric);
        }
    }

    /** The best evaluation must be one whose weights are saved. */
    private void checkSaving(Rules rules) {
        rules.check(
                        evalStrategy != EvalStrategy.NO && evalStrategy.name().equals(saveStrategy.name()),
                        "load_best_model_at_end",
                        "needs eval_strategy and save_strategy to be the same, steps or epoch, or save_strategy best (they are %s and %s)"
                                .formatted(Form.word(evalStrategy), Form.word(saveStrategy)),
                        true)
                .check(
                        evalStrategy != EvalStrategy.STEPS || isMultiple(saveSteps, evalSteps),
                        "load_best_model_at_end",
                        "needs save_steps to be a multiple of eval_steps (they are %s and %s)"
                                .formatted(saveSteps, evalSteps),
                        true);
    }

    /** Shares are compared in millionths, as Transformers does; a share is no multiple of a count. */
    private static boolean isMultiple(double steps, double of) {
        if (steps < 1 != of < 1) {
            return false;
        }
        return steps < 1 ? (steps * 1e6) % (of * 1e6) == 0 : steps % of == 0;
    }

    static String withoutPrefix(String metric) {
        return metric.startsWith("eval_") ? metric.substring("eval_".length()) : metric;
    }
}
