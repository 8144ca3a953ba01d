package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** {@code value.name}, {@code value[index]} and {@code value[start:stop:step]}. */
final class Access {

    private static final Set<String> MUTATORS = Set.of(
            "append",
            "clear",
            "extend",
            "insert",
            "pop",
            "popitem",
            "remove",
            "reverse",
            "setdefault",
            "sort",
            "update");

    private Access() {}

    /** The attribute or method first, then the item: {@code row.items} is the method even if there is such a key. */
    static Object attribute(Object value, String name, Budget budget) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        Object attribute = own(value, name, budget);
        if (attribute != null) {
            return attribute;
        }
        Object item = item(value, name);
        return item == null ? missing(value, name) : item;
    }

    /** The item first, then the attribute or method. */
    static Object subscript(Object value, Object index, Budget budget) {
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        Object item = item(value, index);
        if (item == null && index instanceof String name) {
            item = own(value, name, budget);
        }
        return item == null ? missing(value, index) : item;
    }

    private static Undefined missing(Object value, Object name) {
        String what = value instanceof Map<?, ?> ? "dict object" : "'%s' object".formatted(Py.type(value));
        return new Undefined(
                name instanceof String
                        ? "%s has no attribute '%s'".formatted(what, name)
                        : "%s has no element %s".formatted(what, Repr.repr(name)));
    }

    /** The attribute or method that the value's type has, not an item. */
    static @Nullable Object own(Object value, String name, Budget budget) {
        if (name.startsWith("_")) {
            return null;
        }
        boolean mutable = value instanceof List<?> || value instanceof Map<?, ?>;
        if (mutable && MUTATORS.contains(name)) {
            return new Undefined("%s would change a %s, which a template may not".formatted(name, Py.type(value)));
        }
        return switch (value) {
            case String text -> TextMethods.find(text, name, budget);
            case Map<?, ?> map -> ContainerMethods.ofDict(map, name);
            case List<?> list -> ContainerMethods.ofSequence(list, name);
            case Tuple tuple -> ContainerMethods.ofSequence(tuple.items(), name);
            case Namespace namespace -> namespace.attributes().get(name);
            case Loop loop -> loop.attribute(name);
            case HasAttributes object -> object.attribute(name);
            case Double real ->
                name.equals("is_integer")
                        ? (Callable) args -> real == Math.rint(real) && !Double.isInfinite(real)
                        : null;
            default -> null;
        };
    }

    private static @Nullable Object item(Object value, Object index) {
        if (value instanceof Map<?, ?> map) {
            return index instanceof List<?> || index instanceof Map<?, ?> ? null : map.get(index);
        }
        if (!Arithmetic.isWhole(index)) {
            return null;
        }
        return switch (value) {
            case List<?> list -> at(list, Arithmetic.index(index));
            case Tuple tuple -> at(tuple.items(), Arithmetic.index(index));
            case Range range -> at(range.items(), Arithmetic.index(index));
            case String text -> character(text, Arithmetic.index(index));
            default -> null;
        };
    }

    private static @Nullable Object at(List<?> items, long index) {
        long i = index < 0 ? index + items.size() : index;
        return i >= 0 && i < items.size() ? items.get((int) i) : null;
    }

    private static @Nullable Object character(String text, long index) {
        long length = PyText.length(text);
        long i = index < 0 ? index + length : index;
        return i >= 0 && i < length ? Character.toString(text.codePointAt(PyText.offset(text, i))) : null;
    }

    static Object slice(Object value, Object start, Object stop, Object step, Budget budget) {
        List<Object> items = switch (value) {
            case String text -> PyText.characters(text);
            case List<?> list -> Py.items(list);
            case Tuple tuple -> tuple.items();
            case Range range -> range.items();
            case Undefined undefined -> throw undefined.error();
            default -> null;
        };
        if (items == null) {
            throw new TemplateError(
                    value instanceof Map<?, ?>
                            ? "unhashable type: 'slice'"
                            : "'%s' object is not subscriptable".formatted(Py.type(value)));
        }
        budget.spend(items.size());
        List<Object> picked = pick(items, start, stop, step);
        return switch (value) {
            case String text ->
                String.join("", picked.stream().map(String.class::cast).toList());
            case Tuple tuple -> new Tuple(picked);
            default -> picked;
        };
    }

    private static List<Object> pick(List<Object> items, Object start, Object stop, Object step) {
        long by = step == None.NONE ? 1 : Arithmetic.index(step);
        if (by == 0) {
            throw new TemplateError("slice step cannot be zero");
        }
        int size = items.size();
        long least = by > 0 ? 0 : -1;
        long most = by > 0 ? size : size - 1;
        long from = bound(start, by > 0 ? least : most, size, least, most);
        long to = bound(stop, by > 0 ? most : least, size, least, most);
        var picked = new ArrayList<Object>();
        for (long i = from; by > 0 ? i < to : i > to; i += Math.clamp(by, -size - 1L, size + 1L)) {
            picked.add(items.get((int) i));
        }
        return picked;
    }

    private static long bound(Object given, long fallback, int size, long least, long most) {
        if (given == None.NONE) {
            return fallback;
        }
        long index = Arithmetic.index(given);
        return Math.clamp(index < 0 ? index + size : index, least, most);
    }
}
