package dev.tandem.spec;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads a JSON object into a record and back. The record's components are the only list of fields there is: their names
 * in {@code snake_case} are the names on the wire, and a default record gives the value of each field that is left out.
 * Nothing is ignored and nothing is coerced: an unknown name, a wrong type and a broken rule are all reported together.
 *
 * <p>JSON is what a parser makes of it: {@link Map}, {@link List}, {@link String}, {@link Number}, {@link Boolean}, null.
 */
public final class Form {

    private static final int MOST_UNKNOWN = 30;

    /** No name is longer, so nothing longer was meant to be one. */
    private static final int LONGEST_NAME = 64;

    private Form() {}

    /** A record whose standard has more fields than it has components, and which can say what those mean to it. */
    interface KnowsOthers {

        boolean knows(String name);

        /** Empty if the field may stand there, because its value changes nothing here. */
        Optional<FieldProblem> problemOf(String name, @Nullable Object value);
    }

    /**
     * @param json the object; keys are the names on the wire
     * @param defaults what a field is when it is left out
     * @throws InvalidSpec naming every field that is unknown, of the wrong type, or against the record's rules
     */
    public static <R extends Record> R read(Map<String, ?> json, R defaults) {
        Class<? extends Record> type = defaults.getClass();
        RecordComponent[] components = type.getRecordComponents();
        var problems = new ArrayList<FieldProblem>();
        List<String> names =
                Arrays.stream(components).map(c -> wireName(c.getName())).toList();
        var unknown = new ArrayList<String>();
        json.forEach((key, value) -> {
            if (names.contains(key)) {
                return;
            }
            if (defaults instanceof KnowsOthers standard && standard.knows(key)) {
                standard.problemOf(key, value).ifPresent(problems::add);
            } else {
                unknown.add(key);
            }
        });
        problems.addAll(unknown(unknown, names));
        @Nullable Object[] values = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            Object fallback = value(components[i], defaults);
            values[i] = fallback;
            String name = names.get(i);
            if (json.containsKey(name)) {
                try {
                    requireIfNeeded(name, json.get(name), components[i]);
                    values[i] = convert(name, json.get(name), components[i].getGenericType(), fallback);
                } catch (InvalidSpec e) {
                    problems.addAll(e.problems());
                }
            }
        }
        try {
            @SuppressWarnings("unchecked")
            R read = (R) construct(type, components, values);
            if (problems.isEmpty()) {
                return read;
            }
        } catch (InvalidSpec e) {
            e.problems().stream()
                    .filter(p -> problems.stream().noneMatch(q -> q.field().equals(p.field())))
                    .forEach(problems::add);
        }
        throw new InvalidSpec(problems);
    }

    /** The record as a JSON object, every field in it, nested records too. */
    public static Map<String, @Nullable Object> write(Record spec) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        for (RecordComponent component : spec.getClass().getRecordComponents()) {
            json.put(wireName(component.getName()), toJson(value(component, spec)));
        }
        return json;
    }

    /** {@code learningRate} is {@code learning_rate} on the wire. */
    public static String wireName(String javaName) {
        return javaName.replaceAll("([a-z0-9])([A-Z])", "$1_$2").toLowerCase(Locale.ROOT);
    }

    /** The name closest to what was written, if one is close enough to be what was meant. */
    public static Optional<String> nearest(String written, List<String> known) {
        if (written.length() > LONGEST_NAME) {
            return Optional.empty();
        }
        return known.stream()
                .min((a, b) -> Integer.compare(distance(written, a), distance(written, b)))
                .filter(name -> distance(written, name) <= Math.max(2, name.length() / 3));
    }

    /** Names the first of them: looking for what was meant takes time, and a list of thousands helps nobody. */
    private static List<FieldProblem> unknown(List<String> keys, List<String> names) {
        var problems = new ArrayList<FieldProblem>();
        for (String key : keys.subList(0, Math.min(keys.size(), MOST_UNKNOWN))) {
            problems.add(new FieldProblem(key, "unknown_field", unknown(key, names)));
        }
        if (keys.size() > MOST_UNKNOWN) {
            String next = keys.get(MOST_UNKNOWN);
            problems.add(new FieldProblem(
                    next,
                    "unknown_field",
                    "unknown field %s, and %d others".formatted(next, keys.size() - MOST_UNKNOWN - 1)));
        }
        return problems;
    }

    private static String unknown(String key, List<String> names) {
        return nearest(key, names)
                .map(near -> "unknown field %s; did you mean %s?".formatted(key, near))
                .orElseGet(() -> "unknown field %s; known are %s".formatted(key, String.join(", ", names)));
    }

    private static void requireIfNeeded(String name, @Nullable Object json, RecordComponent component) {
        boolean optional = component.getType().isPrimitive() // which say what they must be
                || component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        if (json == null && !optional) {
            throw new InvalidSpec(
                    name, "wrong_type", "%s must not be null; leave it out for its default".formatted(name));
        }
    }

    private static @Nullable Object convert(String name, @Nullable Object json, Type type, @Nullable Object fallback) {
        if (json == null) {
            if (type instanceof Class<?> c && c.isPrimitive()) {
                throw wrongType(name, "a " + c.getSimpleName(), null);
            }
            return null;
        }
        if (type instanceof ParameterizedType list && list.getRawType() == List.class) {
            // A single value stands for a list of one, as in TRL's loss_type.
            List<?> elements = json instanceof List<?> l ? l : List.of(json);
            Type element = list.getActualTypeArguments()[0];
            var converted = new ArrayList<Object>();
            for (Object each : elements) {
                Object value = convert(name, each, element, null);
                if (value == null) {
                    throw wrongType(name, "a list without null", json);
                }
                converted.add(value);
            }
            return List.copyOf(converted);
        }
        if (type instanceof ParameterizedType map && map.getRawType() == Map.class) {
            if (!(json instanceof Map<?, ?> m)) {
                throw wrongType(name, "an object", json);
            }
            if (map.getActualTypeArguments()[1] == String.class
                    && !m.values().stream().allMatch(v -> v instanceof String)) {
                throw wrongType(name, "an object whose values are texts", json);
            }
            return m;
        }
        return convertScalar(name, json, (Class<?>) type, fallback);
    }

    private static Object convertScalar(String name, Object json, Class<?> type, @Nullable Object fallback) {
        if (type == String.class) {
            return require(json instanceof String, name, "a text", json);
        }
        if (type == boolean.class || type == Boolean.class) {
            return require(json instanceof Boolean, name, "true or false", json);
        }
        if (type == double.class || type == Double.class) {
            return ((Number) require(json instanceof Number, name, "a number", json)).doubleValue();
        }
        if (type == int.class || type == Integer.class) {
            return (int) whole(name, json, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return whole(name, json, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type.isEnum()) {
            return word(name, json, type);
        }
        if (type.isRecord()) {
            return nested(name, json, type, fallback);
        }
        return json;
    }

    private static long whole(String name, Object json, long least, long most) {
        var number = (Number) require(json instanceof Number, name, "a whole number", json);
        double value = number.doubleValue();
        require(Double.isFinite(value) && value == Math.rint(value), name, "a whole number", json);
        var exact = new BigDecimal(number.toString()); // as a double, 2^63 is the greatest long
        require(
                exact.compareTo(BigDecimal.valueOf(least)) >= 0 && exact.compareTo(BigDecimal.valueOf(most)) <= 0,
                name,
                "a whole number from %d to %d".formatted(least, most),
                json);
        return number.longValue();
    }

    private static Object word(String name, Object json, Class<?> type) {
        List<String> words = Arrays.stream(type.getEnumConstants())
                .map(constant -> word((Enum<?>) constant))
                .toList();
        int index = json instanceof String s ? words.indexOf(s) : -1;
        if (index < 0) {
            String near = json instanceof String s
                    ? nearest(s, words)
                            .map(w -> "; did you mean %s?".formatted(w))
                            .orElse("")
                    : "";
            throw new InvalidSpec(
                    name,
                    json instanceof String ? "invalid_value" : "wrong_type",
                    "%s must be one of %s, was %s%s".formatted(name, String.join(", ", words), json, near));
        }
        return type.getEnumConstants()[index];
    }

    private static Object nested(String name, Object json, Class<?> type, @Nullable Object fallback) {
        if (!(json instanceof Map<?, ?> map)) {
            throw wrongType(name, "an object", json);
        }
        try {
            @SuppressWarnings("unchecked")
            Map<String, ?> object = (Map<String, ?>) map;
            return read(object, fallback == null ? defaults(type) : (Record) fallback);
        } catch (InvalidSpec e) {
            throw new InvalidSpec(e.problems().stream().map(p -> p.within(name)).toList());
        }
    }

    /** A record that may be absent says what its fields default to in a {@code DEFAULTS} constant. */
    private static Record defaults(Class<?> type) {
        try {
            return (Record) type.getField("DEFAULTS").get(null);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " has no constant DEFAULTS", e);
        }
    }

    private static Object require(boolean holds, String name, String expected, Object json) {
        if (!holds) {
            throw wrongType(name, expected, json);
        }
        return json;
    }

    private static InvalidSpec wrongType(String name, String expected, @Nullable Object json) {
        String was = json instanceof String s ? "the text \"" + s + "\"" : String.valueOf(json);
        return new InvalidSpec(name, "wrong_type", "%s must be %s, was %s".formatted(name, expected, was));
    }

    private static @Nullable Object toJson(@Nullable Object value) {
        if (value instanceof Enum<?> word) {
            return word(word);
        }
        if (value instanceof Record nested) {
            return write(nested);
        }
        return value instanceof List<?> list ? list.stream().map(Form::toJson).toList() : value;
    }

    /** An enum's constant as it stands on the wire. */
    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Object value(RecordComponent component, Record record) {
        try {
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    private static Record construct(Class<?> type, RecordComponent[] components, @Nullable Object[] values) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return (Record) type.getDeclaredConstructor(types).newInstance(values);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof InvalidSpec broken) {
                throw broken;
            }
            throw new IllegalStateException("cannot make a " + type.getSimpleName(), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " has no canonical constructor to call", e);
        }
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        Arrays.setAll(row, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
