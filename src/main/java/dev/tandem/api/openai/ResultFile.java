package dev.tandem.api.openai;

import dev.tandem.jobs.JobHistory;
import dev.tandem.jobs.JobHistory.Measured;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The metrics of a job as a table: OpenAI's columns first, then all others under TRL's names. */
record ResultFile(byte[] csv) {

    static final String NAME = "step_metrics.csv";

    /** OpenAI's column, and the metric that is in it. */
    private static final Map<String, String> COLUMNS = new LinkedHashMap<>();

    static {
        COLUMNS.put("train_loss", "loss");
        COLUMNS.put("train_accuracy", "mean_token_accuracy");
        COLUMNS.put("valid_loss", "eval_loss");
        COLUMNS.put("valid_mean_token_accuracy", "eval_mean_token_accuracy");
    }

    static ResultFile of(String job, JobHistory history) {
        var rows = new TreeMap<Integer, Map<String, @Nullable Object>>();
        add(rows, history.metrics(job, "train", 0), "");
        add(rows, history.metrics(job, "eval", 0), "eval_");
        return new ResultFile(table(rows).getBytes(StandardCharsets.UTF_8));
    }

    private static void add(
            SortedMap<Integer, Map<String, @Nullable Object>> rows, List<Measured> measured, String prefix) {
        for (Measured each : measured) {
            Map<String, @Nullable Object> row = rows.computeIfAbsent(each.step(), step -> new LinkedHashMap<>());
            each.values().forEach((name, value) -> row.put(prefix + name, value));
        }
    }

    private static String table(SortedMap<Integer, Map<String, @Nullable Object>> rows) {
        Set<String> others = rows.values().stream()
                .flatMap(row -> row.keySet().stream())
                .filter(name -> !COLUMNS.containsValue(name))
                .collect(Collectors.toCollection(LinkedHashSet::new));
        var table = new StringBuilder("step");
        Stream.concat(COLUMNS.keySet().stream(), others.stream())
                .forEach(name -> table.append(',').append(name));
        rows.forEach((step, row) -> {
            table.append('\n').append(step);
            Stream.concat(COLUMNS.values().stream(), others.stream())
                    .forEach(name -> table.append(',').append(cell(row.get(name))));
        });
        return table.append('\n').toString();
    }

    private static String cell(@Nullable Object value) {
        return value instanceof Number ? value.toString() : "";
    }
}
