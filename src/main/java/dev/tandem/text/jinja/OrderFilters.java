package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Filters that compare items. Letters' case does not count unless {@code case_sensitive} says so. */
final class OrderFilters {

    private static final Comparator<Object> ORDER = (a, b) -> Order.compare(a, b, "<");

    private OrderFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("sort", (v, args, budget) -> {
            Args.Bound bound = args.bind("sort", "reverse", "case_sensitive", "attribute");
            // In a tuple, so that what is undefined is equal to itself rather than an error.
            Function<Object, Object> key = keys(bound, budget).andThen(each -> Tuple.of(each));
            return sorted(Py.items(v), key, bound.flag("reverse", false));
        });
        filters.put("dictsort", OrderFilters::dictsort);
        filters.put(
                "unique", (v, args, budget) -> new Lazy(unique(v, args, budget).iterator()));
        filters.put("min", (v, args, budget) -> extreme(v, args, budget, "min", -1));
        filters.put("max", (v, args, budget) -> extreme(v, args, budget, "max", 1));
        filters.put("groupby", OrderFilters::groupby);
    }

    private static List<Object> sorted(List<Object> items, Function<Object, Object> key, boolean reverse) {
        var sorted = new ArrayList<>(items);
        Comparator<Object> order = Comparator.comparing(key, ORDER);
        sorted.sort(reverse ? order.reversed() : order);
        return sorted;
    }

    private static Object dictsort(Object value, Args args, Budget budget) {
        Args.Bound bound = args.bind("dictsort", "case_sensitive", "by", "reverse");
        if (value instanceof Undefined undefined) {
            throw undefined.error();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw new TemplateError("dictsort needs a dict, got " + Py.type(value));
        }
        long part = switch (bound.text("by", "key")) {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw new TemplateError("dictsort: by must be key or value");
        };
        Function<Object, Object> key =
                pair -> folded(((Tuple) pair).items().get((int) part), bound.flag("case_sensitive", false));
        return sorted(new DictView("items", map).items(), key, bound.flag("reverse", false));
    }

    private static List<Object> unique(Object value, Args args, Budget budget) {
        Function<Object, Object> key = keys(args.bind("unique", "case_sensitive", "attribute"), budget);
        var seen = new ArrayList<Object>();
        var unique = new ArrayList<Object>();
        for (Object each : Py.items(value)) {
            Object k = key.apply(each);
            budget.spend(seen.size());
            if (seen.stream().noneMatch(other -> Order.equal(other, k))) {
                seen.add(k);
                unique.add(each);
            }
        }
        return unique;
    }

    private static Object extreme(Object value, Args args, Budget budget, String name, int sign) {
        Function<Object, Object> key = keys(args.bind(name, "case_sensitive", "attribute"), budget);
        Object best = null;
        for (Object each : Py.items(value)) {
            if (best == null || Integer.signum(ORDER.compare(key.apply(each), key.apply(best))) == sign) {
                best = each;
            }
        }
        return best == null ? new Undefined("No aggregated item, sequence was empty.") : best;
    }

    private static Object groupby(Object value, Args args, Budget budget) {
        Args.Bound bound = args.bind("groupby", "attribute", "default", "case_sensitive");
        Object fallback = bound.get("default");
        Function<Object, Object> plain = item -> {
            Object found = ItemFilters.attribute(item, bound.require("attribute"), budget);
            return found instanceof Undefined && fallback != null ? fallback : found;
        };
        Function<Object, Object> key = plain.andThen(k -> folded(k, bound.flag("case_sensitive", false)));
        var groups = new ArrayList<Object>();
        Object last = null;
        List<Object> members = new ArrayList<>();
        for (Object each : sorted(Py.items(value), key, false)) {
            Object k = key.apply(each);
            if (last == null || !Order.equal(last, k)) {
                members = new ArrayList<>();
                groups.add(new Group(plain.apply(each), members));
                last = k;
            }
            members.add(each);
        }
        return groups.stream()
                .map(group -> (Object) Tuple.of(((Group) group).key(), ((Group) group).members()))
                .toList();
    }

    private record Group(Object key, List<Object> members) {}

    private static Function<Object, Object> keys(Args.Bound bound, Budget budget) {
        boolean sensitive = bound.flag("case_sensitive", false);
        @Nullable Object path = bound.get("attribute");
        if (path instanceof String several && several.contains(",")) {
            List<String> paths = List.of(several.split(","));
            return item -> new Tuple(paths.stream()
                    .map(each -> folded(ItemFilters.attribute(item, each, budget), sensitive))
                    .toList());
        }
        return item -> folded(ItemFilters.attribute(item, path, budget), sensitive);
    }

    private static Object folded(Object key, boolean caseSensitive) {
        return key instanceof String text && !caseSensitive ? PyText.lower(text) : key;
    }
}
