package dev.tandem.api;

import dev.tandem.jobs.MetricRows;
import dev.tandem.jobs.MetricRows.Steps;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Metric;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which metrics a request means. */
final class MetricNames {

    private static final String OF_EVAL = "eval_";

    private MetricNames() {}

    /**
     * @param names separated by commas; null for all that there are
     * @param latest what was last measured, by which a job's own names are known
     * @throws InvalidSpec naming every name that no job has, so that a slip is not taken for a job that measured nothing
     */
    static List<String> wanted(
            @Nullable String names, Map<String, @Nullable Object> latest, Steps steps, MetricRows metrics) {
        List<String> own = latest.keySet().stream()
                .filter(name -> name.startsWith(OF_EVAL) == steps.split().equals("eval"))
                .map(name -> name.replaceFirst("^" + OF_EVAL, ""))
                .toList();
        if (names == null) {
            return metrics.measured(steps, own);
        }
        List<String> wanted = Arrays.stream(names.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .distinct()
                .toList();
        List<String> known =
                Stream.concat(own.stream(), Metric.NAMES.stream()).distinct().toList();
        List<FieldProblem> unknown = wanted.stream()
                .filter(name -> !known.contains(name))
                .map(name -> unknown(name, known))
                .toList();
        if (!unknown.isEmpty()) {
            throw new InvalidSpec(unknown);
        }
        return wanted;
    }

    private static FieldProblem unknown(String name, List<String> known) {
        String wayOut = Form.nearest(name, known)
                .map("did you mean %s?"::formatted)
                .orElse("known are " + String.join(", ", known));
        return new FieldProblem("names", "invalid_value", "no metric is called %s; %s".formatted(name, wayOut));
    }
}
