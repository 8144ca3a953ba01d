package dev.tandem.api.mlflow;

import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobField;
import dev.tandem.jobs.JobField.Column;
import dev.tandem.jobs.JobSearch.Comparison;
import dev.tandem.jobs.JobSearch.Condition;
import dev.tandem.jobs.JobSearch.Order;
import dev.tandem.jobs.JobStatus;
import dev.tandem.spec.InvalidSpec;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which of a job's fields a run's attributes, params, tags and metrics are, for searching and ordering by them. */
final class RunFields {

    static final String EVAL = "eval_";

    private static final Map<String, Column> ATTRIBUTES = Map.of(
            "run_id", Column.ID,
            "run_name", Column.NAME,
            "status", Column.STATUS,
            "start_time", Column.STARTED,
            "created", Column.STARTED,
            "end_time", Column.FINISHED);
    private static final Map<String, Column> TAGS = Map.of(
            "mlflow.runName", Column.NAME,
            "mlflow.note.content", Column.STATUS_REASON,
            "tandem.status", Column.STATUS,
            "tandem.output_model", Column.OUTPUT_MODEL);

    private RunFields() {}

    static Map<String, String> tags(Job job) {
        var tags = new LinkedHashMap<String, String>(job.labels());
        tags.put("mlflow.runName", job.name());
        tags.put("mlflow.note.content", job.statusReason());
        tags.put("tandem.status", job.status().word());
        if (job.outputModel() != null) {
            tags.put("tandem.output_model", job.outputModel());
        }
        return tags;
    }

    /** MLflow's word. */
    static String status(JobStatus status) {
        return switch (status) {
            case QUEUED, STARTING, PAUSED -> "SCHEDULED";
            case RUNNING, PAUSING -> "RUNNING";
            case SUCCEEDED -> "FINISHED";
            case FAILED -> "FAILED";
            case CANCELLED -> "KILLED";
        };
    }

    static Order order(Clause.Ordered order) {
        return new Order(field("order_by", order.entity(), order.key()), order.ascending());
    }

    static Condition condition(Clause clause) {
        JobField field = field("filter", clause.entity(), clause.key());
        if (clause.entity().equals("attribute") && field == Column.STATUS) {
            return status(clause);
        }
        if (field.isNumber()) {
            require(
                    !clause.comparison().takesPattern() && !clause.comparison().takesList(),
                    clause,
                    "=, !=, <, <=, > or >=");
            return new Condition(field, clause.comparison(), List.of(number(clause)));
        }
        return switch (clause.comparison()) {
            case EQUAL -> new Condition(field, Comparison.IN, RunParams.spellings(clause.values()));
            case UNEQUAL -> new Condition(field, Comparison.NOT_IN, RunParams.spellings(clause.values()));
            case IN, NOT_IN -> new Condition(field, clause.comparison(), RunParams.spellings(clause.values()));
            case LIKE, ILIKE -> new Condition(field, clause.comparison(), clause.values());
            case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> {
                require(false, clause, "=, !=, LIKE, ILIKE, IN or NOT IN");
                yield new Condition(field, clause.comparison(), clause.values());
            }
        };
    }

    private static JobField field(String where, String entity, String key) {
        return switch (entity) {
            case "metric" ->
                key.startsWith(EVAL)
                        ? new JobField.Metric("eval", key.substring(EVAL.length()))
                        : new JobField.Metric("train", key);
            case "param" -> new JobField.Setting(RunParams.path(key));
            case "tag" -> TAGS.containsKey(key) ? TAGS.get(key) : new JobField.Label(key);
            default -> {
                Column column = ATTRIBUTES.get(key);
                if (column == null) {
                    throw new InvalidSpec(
                            where,
                            "invalid_value",
                            "%s can name the attributes %s, was \"%s\""
                                    .formatted(
                                            where,
                                            ATTRIBUTES.keySet().stream()
                                                    .sorted()
                                                    .toList(),
                                            key));
                }
                yield column;
            }
        };
    }

    /** Several statuses of a job are one of a run. */
    private static Condition status(Clause clause) {
        boolean not = clause.comparison() == Comparison.UNEQUAL || clause.comparison() == Comparison.NOT_IN;
        require(
                not || clause.comparison() == Comparison.EQUAL || clause.comparison() == Comparison.IN,
                clause,
                "=, !=, IN or NOT IN");
        List<String> words = Arrays.stream(JobStatus.values())
                .filter(status -> clause.values().contains(status(status)) != not)
                .map(JobStatus::word)
                .toList();
        return new Condition(Column.STATUS, Comparison.IN, words.isEmpty() ? List.of("") : words);
    }

    static double number(Clause clause) {
        try {
            return Double.parseDouble(clause.values().getFirst());
        } catch (NumberFormatException e) {
            throw new InvalidSpec(
                    "filter",
                    "invalid_value",
                    "%s must be compared with a number, was \"%s\""
                            .formatted(clause.key(), clause.values().getFirst()));
        }
    }

    private static void require(boolean holds, Clause clause, String allowed) {
        if (!holds) {
            throw new InvalidSpec(
                    "filter", "invalid_value", "%s can be compared by %s".formatted(clause.key(), allowed));
        }
    }
}
