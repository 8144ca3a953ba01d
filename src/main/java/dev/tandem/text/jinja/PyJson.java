package dev.tandem.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Python's {@code json.dumps}. */
final class PyJson {

    private static final int MAX_DEPTH = 200;

    private final StringBuilder out = new StringBuilder();
    private final Budget budget;
    private final boolean ascii;
    private final boolean sorted;
    private final @Nullable String indent;
    private final String comma;
    private final String colon;

    private PyJson(Args.Bound options, Budget budget) {
        this.budget = budget;
        this.ascii = options.flag("ensure_ascii", false);
        this.sorted = options.flag("sort_keys", false);
        this.indent = indent(options.or("indent", None.NONE), budget);
        Object separators = options.or("separators", None.NONE);
        List<Object> given = separators == None.NONE ? List.of() : Py.items(separators);
        this.comma = given.size() == 2 ? Repr.str(given.get(0)) : indent == null ? ", " : ",";
        this.colon = given.size() == 2 ? Repr.str(given.get(1)) : ": ";
    }

    static String dumps(Object value, Args.Bound options, Budget budget) {
        var json = new PyJson(options, budget);
        json.write(value, 0);
        return json.out.toString();
    }

    private static @Nullable String indent(Object given, Budget budget) {
        return switch (given) {
            case None none -> null;
            case String text -> text;
            default -> budget.repeat(" ", Arithmetic.index(given));
        };
    }

    private void write(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateError("a value is nested more than %d levels deep".formatted(MAX_DEPTH));
        }
        switch (value) {
            case None none -> put("null");
            case Boolean b -> put(b.toString());
            case String text -> put(quoted(text));
            case Double d -> put(real(d));
            case Long l -> put(l.toString());
            case java.math.BigInteger big -> put(big.toString());
            case List<?> list -> writeList(list, depth);
            case Tuple tuple -> writeList(tuple.items(), depth);
            case Map<?, ?> map -> writeDict(map, depth);
            default -> throw new TemplateError("Object of type %s is not JSON serializable".formatted(Py.type(value)));
        }
    }

    private void put(String text) {
        budget.append(out, text);
    }

    private void writeList(List<?> list, int depth) {
        if (list.isEmpty()) {
            put("[]");
            return;
        }
        put("[");
        for (int i = 0; i < list.size(); i++) {
            put(i == 0 ? "" : comma);
            line(depth + 1);
            write(list.get(i), depth + 1);
        }
        line(depth);
        put("]");
    }

    private void writeDict(Map<?, ?> map, int depth) {
        if (map.isEmpty()) {
            put("{}");
            return;
        }
        put("{");
        boolean first = true;
        for (Map.Entry<?, ?> entry : ordered(map).entrySet()) {
            put(first ? "" : comma);
            first = false;
            line(depth + 1);
            put(quoted(key(entry.getKey())));
            put(colon);
            write(entry.getValue(), depth + 1);
        }
        line(depth);
        put("}");
    }

    private Map<?, ?> ordered(Map<?, ?> map) {
        if (!sorted) {
            return map;
        }
        var tree = new TreeMap<Object, Object>((a, b) -> Order.compare(a, b, "<"));
        tree.putAll(map);
        return tree;
    }

    private void line(int depth) {
        if (indent != null) {
            put("\n" + indent.repeat(depth));
        }
    }

    private static String key(Object key) {
        return switch (key) {
            case String text -> text;
            case None none -> "null";
            case Boolean b -> b.toString();
            case Double d -> real(d);
            case Long l -> l.toString();
            default -> throw new TemplateError("keys must be str, int, float, bool or None, not " + Py.type(key));
        };
    }

    private static String real(double value) {
        return Double.isNaN(value)
                ? "NaN"
                : Double.isInfinite(value) ? value > 0 ? "Infinity" : "-Infinity" : Repr.real(value);
    }

    private String quoted(String text) {
        var quoted = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> quoted.append("\\\"");
                case '\\' -> quoted.append("\\\\");
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                case '\f' -> quoted.append("\\f");
                case '\b' -> quoted.append("\\b");
                default -> {
                    boolean escape = c < ' ' || ascii && c > '~';
                    quoted.append(escape ? "\\u%04x".formatted((int) c) : String.valueOf(c));
                }
            }
        }
        return quoted.append('"').toString();
    }
}
