package dev.tandem.worker;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** One line of text for the metrics of one step. */
public final class MetricLine {

    private MetricLine() {}

    /**
     * As in {@code step 20/100: loss 0.6412, accuracy 0.75, margin 0.0312, 5321 tokens/s}.
     *
     * @param split {@code train} or {@code eval}
     */
    public static String of(String split, int step, int totalSteps, Map<String, Double> metrics) {
        List<String> parts = new ArrayList<>();
        add(parts, metrics, "loss", "loss %.4f");
        add(parts, metrics, "rewards/accuracies", "accuracy %.2f");
        if (!metrics.containsKey("rewards/accuracies")) {
            add(parts, metrics, "mean_token_accuracy", "token accuracy %.2f");
        }
        add(parts, metrics, "rewards/margins", "margin %.4f");
        add(parts, metrics, "tokens_per_second", "%.0f tokens/s");
        String where = split.equals("train") ? "step" : split + " at step";
        return "%s %d/%d: %s".formatted(where, step, totalSteps, String.join(", ", parts));
    }

    private static void add(List<String> parts, Map<String, Double> metrics, String name, String format) {
        Double value = metrics.get(name);
        if (value != null) {
            parts.add(String.format(Locale.ROOT, format, value));
        }
    }
}
