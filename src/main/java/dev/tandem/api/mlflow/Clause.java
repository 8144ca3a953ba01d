package dev.tandem.api.mlflow;

import dev.tandem.jobs.JobSearch.Comparison;
import dev.tandem.spec.InvalidSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One comparison of a search filter, as in {@code metrics.loss < 0.5}.
 *
 * @param entity {@code metric}, {@code param}, {@code tag} or {@code attribute}
 * @param values without their quotes; one, unless the comparison takes a list
 * @see <a href="https://mlflow.org/docs/latest/ml/search/search-runs">MLflow's search syntax</a>
 */
record Clause(String entity, String key, Comparison comparison, List<String> values) {

    private static final String KEY = "(?:(\\w+)\\s*\\.\\s*)?(?:\"([^\"]+)\"|`([^`]+)`|([\\w./-]+))";
    private static final String VALUE = "'[^']*'|\"[^\"]*\"|[-+]?[\\w.][\\w.+-]*";
    private static final String COMPARISON = "(<=|>=|!=|=|<|>|NOT\\s+IN\\b|IN\\b|LIKE\\b|ILIKE\\b)";
    private static final String LIST = "\\(((?:\\s*(?:" + VALUE + ")\\s*,?)+)\\)";
    private static final Pattern CLAUSE = Pattern.compile(
            "\\s*" + KEY + "\\s*" + COMPARISON + "\\s*(?:(" + VALUE + ")|" + LIST + ")\\s*", Pattern.CASE_INSENSITIVE);
    private static final Pattern AND = Pattern.compile("AND\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern ONE_KEY = Pattern.compile(KEY + "(?:\\s+(ASC|DESC))?", Pattern.CASE_INSENSITIVE);
    private static final Pattern ONE_VALUE = Pattern.compile(VALUE);

    private static final Map<String, String> ENTITIES = Map.ofEntries(
            Map.entry("metric", "metric"),
            Map.entry("metrics", "metric"),
            Map.entry("param", "param"),
            Map.entry("params", "param"),
            Map.entry("parameter", "param"),
            Map.entry("parameters", "param"),
            Map.entry("tag", "tag"),
            Map.entry("tags", "tag"),
            Map.entry("attribute", "attribute"),
            Map.entry("attributes", "attribute"),
            Map.entry("attr", "attribute"),
            Map.entry("run", "attribute"));

    /** What a list is ordered by. */
    record Ordered(String entity, String key, boolean ascending) {

        /** As in {@code metrics.loss DESC}. */
        static Ordered of(String order) {
            Matcher matcher = ONE_KEY.matcher(order.strip());
            if (!matcher.matches()) {
                throw new InvalidSpec(
                        "order_by",
                        "invalid_value",
                        "order_by must be like metrics.loss DESC, was \"%s\"".formatted(order));
            }
            return new Ordered(
                    Clause.entity("order_by", matcher.group(1)),
                    Clause.key(matcher),
                    !"DESC".equalsIgnoreCase(matcher.group(5)));
        }
    }

    /** @throws InvalidSpec if the filter is no chain of comparisons with {@code AND} between them */
    static List<Clause> parse(String filter) {
        var clauses = new ArrayList<Clause>();
        Matcher matcher = CLAUSE.matcher(filter);
        Matcher and = AND.matcher(filter);
        for (int at = 0; !filter.isBlank(); at = and.end()) {
            if (!matcher.region(at, filter.length()).lookingAt()) {
                throw unreadable(filter, at);
            }
            clauses.add(of(matcher));
            if (matcher.end() == filter.length()) {
                break;
            }
            if (!and.region(matcher.end(), filter.length()).lookingAt()) {
                throw unreadable(filter, matcher.end());
            }
        }
        return clauses;
    }

    private static Clause of(Matcher matcher) {
        Comparison comparison =
                switch (matcher.group(5).toUpperCase(Locale.ROOT).replaceAll("\\s+", " ")) {
                    case "=" -> Comparison.EQUAL;
                    case "!=" -> Comparison.UNEQUAL;
                    case "<" -> Comparison.LESS;
                    case "<=" -> Comparison.LESS_OR_EQUAL;
                    case ">" -> Comparison.GREATER;
                    case ">=" -> Comparison.GREATER_OR_EQUAL;
                    case "LIKE" -> Comparison.LIKE;
                    case "ILIKE" -> Comparison.ILIKE;
                    case "IN" -> Comparison.IN;
                    default -> Comparison.NOT_IN;
                };
        String values = matcher.group(6) == null ? matcher.group(7) : matcher.group(6);
        if (comparison.takesList() != (matcher.group(6) == null)) {
            throw new InvalidSpec(
                    "filter",
                    "invalid_value",
                    "%s takes %s, was %s"
                            .formatted(
                                    matcher.group(5),
                                    comparison.takesList() ? "a list in brackets" : "one value",
                                    values));
        }
        return new Clause(
                entity("filter", matcher.group(1)),
                key(matcher),
                comparison,
                ONE_VALUE
                        .matcher(values)
                        .results()
                        .map(each -> bare(each.group()))
                        .toList());
    }

    private static String entity(String field, @Nullable String word) {
        String entity = word == null ? "attribute" : ENTITIES.get(word.toLowerCase(Locale.ROOT));
        if (entity == null) {
            throw new InvalidSpec(
                    field,
                    "invalid_value",
                    "%s can name metrics, params, tags and attributes, was \"%s\"".formatted(field, word));
        }
        return entity;
    }

    private static String key(Matcher matcher) {
        return matcher.group(2) != null
                ? matcher.group(2)
                : matcher.group(3) != null ? matcher.group(3) : matcher.group(4);
    }

    private static String bare(String value) {
        return value.startsWith("'") || value.startsWith("\"") ? value.substring(1, value.length() - 1) : value;
    }

    private static InvalidSpec unreadable(String filter, int at) {
        return new InvalidSpec(
                "filter",
                "invalid_value",
                "filter must be like metrics.loss < 0.5 AND tags.team = 'x'; it cannot be read from \"%s\" on"
                        .formatted(filter.substring(at).strip()));
    }
}
