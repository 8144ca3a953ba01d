package dev.tandem.spec;

import java.util.List;

/** The names that runs log numbers under; {@code docs/glossary.md} says what each is. */
public final class Metric {

    public static final List<String> NAMES = List.of(
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
            "grad_norm",
            "learning_rate",
            "epoch",
            "num_tokens",
            "kl",
            "nll_loss",
            "log_odds_chosen",
            "log_odds_ratio",
            "pairs_per_second",
            "tokens_per_second",
            "aux_loss",
            "step_seconds",
            "flops_per_second");

    private Metric() {}
}
