package dev.tandem.api.mlflow;

import dev.tandem.spec.InvalidSpec;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What experiments can be searched and ordered by. */
final class ExperimentFields {

    private static final Map<String, Function<Experiment, @Nullable Object>> ATTRIBUTES = Map.of(
            "name", Experiment::name,
            "experiment_id", Experiment::experimentId,
            "creation_time", Experiment::creationTime,
            "last_update_time", Experiment::lastUpdateTime);

    private ExperimentFields() {}

    static Predicate<Experiment> filter(String filter) {
        return Clause.parse(filter).stream().map(ExperimentFields::fulfils).reduce(experiment -> true, Predicate::and);
    }

    /** Those that were used last come first, unless another order is asked for. */
    static Comparator<Experiment> order(List<String> orders) {
        return orders.stream()
                .map(Clause.Ordered::of)
                .map(ExperimentFields::comparator)
                .reduce(Comparator::thenComparing)
                .orElseGet(() -> comparator(new Clause.Ordered("attribute", "last_update_time", false)))
                .thenComparing(Experiment::name);
    }

    private static Comparator<Experiment> comparator(Clause.Ordered order) {
        Function<Experiment, @Nullable Object> field = field("order_by", order.entity(), order.key());
        Comparator<Object> values = (a, b) -> a instanceof Long x && b instanceof Long y
                ? Long.compare(x, y)
                : a.toString().compareTo(b.toString());
        return Comparator.comparing(field, Comparator.nullsLast(order.ascending() ? values : values.reversed()));
    }

    private static Predicate<Experiment> fulfils(Clause clause) {
        if (clause.entity().equals("tag")) {
            return experiment -> false; // queues have none
        }
        Function<Experiment, @Nullable Object> field = field("filter", clause.entity(), clause.key());
        return experiment -> {
            Object value = field.apply(experiment);
            return value != null
                    && (value instanceof Long time ? fulfils(time, clause) : fulfils(value.toString(), clause));
        };
    }

    private static Function<Experiment, @Nullable Object> field(String where, String entity, String key) {
        Function<Experiment, @Nullable Object> field = entity.equals("attribute") ? ATTRIBUTES.get(key) : null;
        if (field == null) {
            throw new InvalidSpec(
                    where,
                    "invalid_value",
                    "%s of experiments can name %s, was %s.%s"
                            .formatted(
                                    where, ATTRIBUTES.keySet().stream().sorted().toList(), entity, key));
        }
        return field;
    }

    private static boolean fulfils(String value, Clause clause) {
        String wanted = clause.values().getFirst();
        return switch (clause.comparison()) {
            case EQUAL, IN -> clause.values().contains(value);
            case UNEQUAL, NOT_IN -> !clause.values().contains(value);
            case LIKE -> like(wanted, 0).matcher(value).matches();
            case ILIKE -> like(wanted, Pattern.CASE_INSENSITIVE).matcher(value).matches();
            case LESS, LESS_OR_EQUAL, GREATER, GREATER_OR_EQUAL -> throw refused(clause);
        };
    }

    private static boolean fulfils(long value, Clause clause) {
        if (clause.comparison().takesList() || clause.comparison().takesPattern()) {
            throw refused(clause);
        }
        int compared = Double.compare(value, RunFields.number(clause));
        return switch (clause.comparison()) {
            case EQUAL -> compared == 0;
            case UNEQUAL -> compared != 0;
            case LESS -> compared < 0;
            case LESS_OR_EQUAL -> compared <= 0;
            case GREATER -> compared > 0;
            case GREATER_OR_EQUAL -> compared >= 0;
            case LIKE, ILIKE, IN, NOT_IN -> throw refused(clause);
        };
    }

    private static Pattern like(String pattern, int flags) {
        String regex = pattern.chars()
                .mapToObj(c -> c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(Character.toString(c)))
                .collect(Collectors.joining());
        return Pattern.compile(regex, flags | Pattern.DOTALL);
    }

    private static InvalidSpec refused(Clause clause) {
        return new InvalidSpec(
                "filter",
                "invalid_value",
                "%s cannot be compared like that; names take =, !=, LIKE, ILIKE, IN and NOT IN, times =, !=, <, <=, > and >="
                        .formatted(clause.key()));
    }
}
