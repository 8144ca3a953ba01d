package dev.tandem.api;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ValueRange;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.MethodParameter;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.method.HandlerMethod;

/**
 * A parameter that an endpoint takes in its query; the annotations that describe it are its rules.
 *
 * @param type of its value; of one of its values, if it may be given several times
 * @param words that it may be; empty for any
 */
record QueryParameter(String name, Class<?> type, boolean repeatable, long least, long most, List<String> words) {

    /** In seconds from 1970; the database has no place for all that Java has. */
    private static final ValueRange TIMES = ValueRange.of(-62_135_596_800L, 253_402_300_799L);

    static List<QueryParameter> of(HandlerMethod method) {
        Stream<QueryParameter> declared = Arrays.stream(method.getMethodParameters())
                .filter(each -> each.hasParameterAnnotation(RequestParam.class) && !isMap(each.getParameterType()))
                .map(QueryParameter::of);
        // Of a parameter that is taken from the map of all.
        Stream<QueryParameter> described = Arrays.stream(method.getMethod().getAnnotationsByType(Parameter.class))
                .map(each ->
                        new QueryParameter(each.name(), String.class, true, Long.MIN_VALUE, Long.MAX_VALUE, List.of()));
        return Stream.concat(declared, described).toList();
    }

    private static boolean isMap(Class<?> type) {
        return Map.class.isAssignableFrom(type);
    }

    private static QueryParameter of(MethodParameter parameter) {
        RequestParam named = parameter.getParameterAnnotation(RequestParam.class);
        String name = named == null || named.name().isEmpty()
                ? String.valueOf(parameter.getParameter().getName())
                : named.name();
        boolean list = parameter.getParameterType() == List.class;
        Min min = parameter.getParameterAnnotation(Min.class);
        Max max = parameter.getParameterAnnotation(Max.class);
        Schema schema = parameter.getParameterAnnotation(Schema.class);
        return new QueryParameter(
                name,
                list ? parameter.nested().getNestedParameterType() : parameter.getParameterType(),
                list,
                min == null ? Long.MIN_VALUE : min.value(),
                max == null ? Long.MAX_VALUE : max.value(),
                schema == null ? List.of() : List.of(schema.allowableValues()));
    }

    List<FieldProblem> problems(List<String> values) {
        return repetition(values)
                .map(List::of)
                .orElseGet(() ->
                        values.stream().flatMap(each -> problem(each).stream()).toList());
    }

    Optional<FieldProblem> repetition(List<String> values) {
        return repeatable || values.size() < 2
                ? Optional.empty()
                : Optional.of(new FieldProblem(
                        name,
                        "wrong_type",
                        "%s may be given once, was %s".formatted(name, String.join(" and ", values))));
    }

    private Optional<FieldProblem> problem(String value) {
        if (type == int.class || type == Integer.class) {
            return number(value, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return number(value, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == boolean.class || type == Boolean.class) {
            return value.equals("true") || value.equals("false")
                    ? Optional.empty()
                    : wrong("wrong_type", "true or false", value, "");
        }
        if (type == Instant.class) {
            return isTime(value)
                    ? Optional.empty()
                    : wrong("wrong_type", "a time such as 2026-01-31T09:30:00Z, of the years 1 to 9999", value, "");
        }
        List<String> given = repeatable && !words.isEmpty() ? List.of(value.split(",", -1)) : List.of(value);
        return words.isEmpty()
                ? Optional.empty()
                : given.stream()
                        .filter(each -> !words.contains(each))
                        .findFirst()
                        .flatMap(each -> wrong("invalid_value", oneOf(), each, near(each)));
    }

    private Optional<FieldProblem> number(String value, long smallest, long largest) {
        Long number = whole(value);
        if (number == null) {
            return wrong("wrong_type", "a whole number", value, "");
        }
        long from = Math.max(least, smallest);
        long to = Math.min(most, largest);
        return number >= from && number <= to
                ? Optional.empty()
                : Optional.of(new FieldProblem(
                        name, "invalid_value", "%s must be %s, was %d".formatted(name, range(from, to), number)));
    }

    private String range(long from, long to) {
        return most == Long.MAX_VALUE && from == least ? "at least " + from : "from %d to %d".formatted(from, to);
    }

    private static @Nullable Long whole(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static boolean isTime(String value) {
        try {
            return TIMES.isValidValue(Instant.parse(value).getEpochSecond());
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private String oneOf() {
        return words.size() == 2 ? String.join(" or ", words) : "one of " + String.join(", ", words);
    }

    private String near(String value) {
        return Form.nearest(value, words).map("; did you mean %s?"::formatted).orElse("");
    }

    private Optional<FieldProblem> wrong(String code, String rule, String value, String wayOut) {
        String message = "%s must be %s, was \"%s\"%s".formatted(name, rule, value, wayOut);
        return Optional.of(new FieldProblem(name, code, message));
    }
}
