package dev.tandem.text.jinja;

import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Python's equality, order and membership. */
final class Order {

    private Order() {}

    static boolean equal(Object a, Object b) {
        if (Arithmetic.isNumber(a) && Arithmetic.isNumber(b)) {
            return Arithmetic.compare(a, b) == 0 && !isNan(a) && !isNan(b);
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return equalItems(x, y);
        }
        if (a instanceof Tuple x && b instanceof Tuple y) {
            return equalItems(x.items(), y.items());
        }
        if (a instanceof Map<?, ?> x && b instanceof Map<?, ?> y) {
            return x.size() == y.size()
                    && x.entrySet().stream().allMatch(e -> {
                        Object other = y.get(e.getKey());
                        return other != null && equal(e.getValue(), other);
                    });
        }
        return a.equals(b);
    }

    private static boolean isNan(Object value) {
        return value instanceof Double d && d.isNaN();
    }

    private static boolean equalItems(List<?> a, List<?> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Python's order; values of different kinds have none. */
    static int compare(Object a, Object b, String operator) {
        if (Arithmetic.isNumber(a) && Arithmetic.isNumber(b)) {
            return Arithmetic.compare(a, b);
        }
        if (a instanceof String x && b instanceof String y) {
            return PyText.compare(x, y);
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            return compareItems(x, y, operator);
        }
        if (a instanceof Tuple x && b instanceof Tuple y) {
            return compareItems(x.items(), y.items(), operator);
        }
        throw Py.failed(a, b)
                .orElseGet(() -> new TemplateError("'%s' not supported between instances of '%s' and '%s'"
                        .formatted(operator, Py.type(a), Py.type(b))));
    }

    private static int compareItems(List<?> a, List<?> b, String operator) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            if (!equal(a.get(i), b.get(i))) {
                return compare(a.get(i), b.get(i), operator);
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    static boolean contains(Object container, Object item) {
        return switch (container) {
            case String text -> {
                if (!(item instanceof String part)) {
                    throw Py.failed(item, container)
                            .orElseGet(() -> new TemplateError(
                                    "'in <string>' requires string as left operand, not " + Py.type(item)));
                }
                yield text.contains(part);
            }
            case Map<?, ?> map -> map.containsKey(Py.key(item));
            default -> {
                Iterator<Object> items = Py.iterate(container);
                boolean found = false;
                while (!found && items.hasNext()) {
                    found = equal(items.next(), item);
                }
                yield found;
            }
        };
    }
}
