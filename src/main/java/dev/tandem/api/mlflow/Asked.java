package dev.tandem.api.mlflow;

import dev.tandem.spec.InvalidSpec;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a search. MLflow's clients write JSON as Protocol Buffers do: a long number may come as a text, and a field
 * that is left out may be there as null.
 */
record Asked(Map<String, ? extends @Nullable Object> fields) {

    private static final int MOST = 50_000;
    private static final int DEFAULT = 1000;

    /** @throws InvalidSpec naming a field that is not known: without it the answer would be another one */
    Asked only(Set<String> known) {
        fields.forEach((name, value) -> {
            if (value != null && !known.contains(name)) {
                throw new InvalidSpec(
                        name,
                        "unknown_field",
                        "unknown field %s; known are %s".formatted(name, String.join(", ", known)));
            }
        });
        return this;
    }

    String text(String name) {
        Object value = fields.get(name);
        if (value != null && !(value instanceof String)) {
            throw new InvalidSpec(name, "wrong_type", "%s must be a string, was %s".formatted(name, value));
        }
        return value == null ? "" : (String) value;
    }

    List<String> texts(String name) {
        Object value = fields.get(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw new InvalidSpec(name, "wrong_type", "%s must be a list of strings, was %s".formatted(name, value));
    }

    /** Runs and experiments cannot be deleted here, so those that are deleted are none. */
    boolean wantsActive(String name) {
        String view = text(name);
        if (!Set.of("", "ACTIVE_ONLY", "DELETED_ONLY", "ALL").contains(view)) {
            throw new InvalidSpec(
                    name,
                    "invalid_value",
                    "%s must be ACTIVE_ONLY, DELETED_ONLY or ALL, was \"%s\"".formatted(name, view));
        }
        return !view.equals("DELETED_ONLY");
    }

    int maxResults() {
        return number("max_results", fields.get("max_results"), 1, MOST, DEFAULT);
    }

    /** How many were on the pages before. */
    int skip() {
        return pageToken(fields.get("page_token"), 0);
    }

    static int pageToken(@Nullable Object token, int first) {
        return number("page_token", "".equals(token) ? null : token, 0, Integer.MAX_VALUE, first);
    }

    static int number(String name, @Nullable Object value, int least, int most, int fallback) {
        if (value == null) {
            return fallback;
        }
        String text = String.valueOf(value);
        if (text.matches("[0-9]{1,10}")) {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return (int) number;
            }
        }
        throw new InvalidSpec(
                name,
                "invalid_value",
                "%s must be a whole number from %d to %d, was %s".formatted(name, least, most, value));
    }
}
