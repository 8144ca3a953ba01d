package dev.tandem.text.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What Python's values have in common: truth, items, length, the name of their type. */
final class Py {

    private Py() {}

    /** A value of Java's JSON as the value a template sees. */
    static Object from(@Nullable Object json) {
        return switch (json) {
            case null -> None.NONE;
            case Map<?, ?> map -> {
                var dict = new LinkedHashMap<Object, Object>();
                map.forEach((key, value) -> dict.put(from(key), from(value)));
                yield dict;
            }
            case Collection<?> list -> {
                var items = new ArrayList<Object>(list.size());
                list.forEach(each -> items.add(from(each)));
                yield items;
            }
            case Integer i -> (long) i;
            case Float f -> (double) f;
            case BigInteger big -> Arithmetic.whole(big);
            case java.math.BigDecimal decimal -> decimal.doubleValue();
            default -> json;
        };
    }

    static boolean truth(Object value) {
        return switch (value) {
            case None none -> false;
            case Undefined undefined -> false;
            case Boolean b -> b;
            case Long l -> l != 0;
            case Double d -> d != 0;
            case String s -> !s.isEmpty();
            case List<?> list -> !list.isEmpty();
            case Map<?, ?> map -> !map.isEmpty();
            case Tuple tuple -> !tuple.items().isEmpty();
            case Range range -> !range.items().isEmpty();
            case DictView view -> !view.map().isEmpty();
            default -> true;
        };
    }

    /** The error of an undefined operand, if one is. */
    static java.util.Optional<TemplateError> failed(Object a, Object b) {
        return a instanceof Undefined u
                ? java.util.Optional.of(u.error())
                : b instanceof Undefined v ? java.util.Optional.of(v.error()) : java.util.Optional.empty();
    }

    /** The value as a key of a dict. */
    static Object key(Object value) {
        if (value instanceof List<?> || value instanceof Map<?, ?>) {
            throw new TemplateError("unhashable type: '%s'".formatted(type(value)));
        }
        return value;
    }

    static Iterator<Object> iterate(Object value) {
        return switch (value) {
            case Lazy lazy -> lazy.items();
            case Loop loop -> loop;
            default -> items(value).iterator();
        };
    }

    /** All items of what can be iterated. */
    static List<Object> items(Object value) {
        return switch (value) {
            case Undefined undefined -> List.of();
            case List<?> list -> cast(list);
            case Tuple tuple -> tuple.items();
            case Map<?, ?> map -> new ArrayList<>(map.keySet());
            case String text -> PyText.characters(text);
            case Range range -> range.items();
            case DictView view -> view.items();
            case Lazy lazy -> {
                var items = new ArrayList<Object>();
                lazy.items().forEachRemaining(items::add);
                yield items;
            }
            default -> throw new TemplateError("'%s' object is not iterable".formatted(type(value)));
        };
    }

    static long length(Object value) {
        return switch (value) {
            case String text -> PyText.length(text);
            case Map<?, ?> map -> map.size();
            case List<?> list -> list.size();
            case Tuple tuple -> tuple.items().size();
            case Undefined undefined -> 0;
            case Range range -> range.items().size();
            case DictView view -> view.map().size();
            default -> throw new TemplateError("object of type '%s' has no len()".formatted(type(value)));
        };
    }

    static boolean isSequence(Object value) {
        return value instanceof String
                || value instanceof List<?>
                || value instanceof Tuple
                || value instanceof Map<?, ?>
                || value instanceof Range
                || value instanceof Undefined;
    }

    static boolean isIterable(Object value) {
        return isSequence(value) || value instanceof Lazy || value instanceof DictView || value instanceof Loop;
    }

    static String type(Object value) {
        return switch (value) {
            case None none -> "NoneType";
            case Boolean b -> "bool";
            case Long l -> "int";
            case BigInteger big -> "int";
            case Double d -> "float";
            case String s -> "str";
            case List<?> list -> "list";
            case Map<?, ?> map -> "dict";
            case Tuple tuple -> "tuple";
            case Lazy lazy -> "generator";
            case Undefined undefined -> "Undefined";
            case DictView view -> "dict_" + view.kind();
            case Callable callable -> "function";
            default -> value.getClass().getSimpleName().toLowerCase(java.util.Locale.ROOT);
        };
    }

    @SuppressWarnings("unchecked") // every list of a template's values is one of objects
    private static List<Object> cast(List<?> list) {
        return (List<Object>) list;
    }
}
