package dev.tandem.text.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The filters by name. */
final class Filters {

    /** What {@code value | name(args)} does. */
    interface Filter {

        Object apply(Object value, Args args, Budget budget);
    }

    private static final Map<String, Filter> ALL = new HashMap<>();
    private static final List<String> NO_ARGUMENTS = List.of(
            "upper",
            "lower",
            "capitalize",
            "title",
            "string",
            "safe",
            "escape",
            "forceescape",
            "urlencode",
            "striptags",
            "wordcount",
            "abs",
            "length",
            "list",
            "first",
            "last",
            "reverse",
            "items");

    static {
        TextFilters.addTo(ALL);
        NumberFilters.addTo(ALL);
        ItemFilters.addTo(ALL);
        OrderFilters.addTo(ALL);
        ALL.put("default", (value, args, budget) -> {
            Args.Bound bound = args.bind("default", "default_value", "boolean");
            boolean replace = value instanceof Undefined || bound.flag("boolean", false) && !Py.truth(value);
            return replace ? bound.or("default_value", "") : value;
        });
        ALL.put(
                "tojson",
                (value, args, budget) -> PyJson.dumps(
                        value, args.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys"), budget));
        ALL.put("attr", (value, args, budget) -> {
            String name = args.bind("attr", "name").text("name", "");
            Object found = Access.own(value, name, budget);
            return found == null
                    ? new Undefined("'%s' object has no attribute '%s'".formatted(Py.type(value), name))
                    : found;
        });
        NO_ARGUMENTS.forEach(name -> {
            Filter filter = find(name);
            ALL.put(name, (value, args, budget) -> {
                args.bind(name);
                return filter.apply(value, args, budget);
            });
        });
        alias("d", "default");
        alias("e", "escape");
        alias("count", "length");
    }

    private Filters() {}

    static Filter find(String name) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw new TemplateError("no filter named '%s'%s".formatted(name, Tests.near(name, ALL.keySet())));
        }
        return filter;
    }

    static boolean has(Object name) {
        return ALL.containsKey(name);
    }

    private static void alias(String alias, String name) {
        ALL.put(alias, find(name));
    }
}
