package dev.tandem.spec;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A field of the standard that a record leaves out: taken at a value that changes nothing, so that a whole config can be
 * pasted, and refused by name at any other.
 *
 * @param neutral values beside null, false and whatever is empty; a field that may say anything has {@link #ANYTHING}
 * @param wayOut what to do instead
 */
public record LeftOut(String field, List<?> neutral, String wayOut) {

    private static final List<?> ANYTHING = List.of(LeftOut.class);

    /** A field that tells where a config comes from, or how it was stored. */
    public static LeftOut remark(String field) {
        return new LeftOut(field, ANYTHING, "");
    }

    public static LeftOut option(String field, String wayOut) {
        return new LeftOut(field, List.of(), wayOut);
    }

    /** As {@link Form.KnowsOthers#problemOf}, for a record that lists the fields that it leaves out. */
    static Optional<FieldProblem> problemOf(List<LeftOut> fields, String name, @Nullable Object value) {
        return fields.stream()
                .filter(field -> field.field.equals(name) && !field.accepts(value))
                .map(field -> field.problem(value))
                .findFirst();
    }

    boolean accepts(@Nullable Object value) {
        return neutral.equals(ANYTHING) || isOff(value) || neutral.contains(value);
    }

    private static boolean isOff(@Nullable Object value) {
        return value == null
                || Boolean.FALSE.equals(value)
                || value instanceof Map<?, ?> map && map.isEmpty()
                || value instanceof List<?> list && list.isEmpty();
    }

    FieldProblem problem(@Nullable Object value) {
        return new FieldProblem(field, "unsupported", "%s = %s is not supported; %s".formatted(field, value, wayOut));
    }
}
