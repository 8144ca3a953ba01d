package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Filters that pick, change and join items. */
final class ItemFilters {

    private ItemFilters() {}

    static void addTo(Map<String, Filters.Filter> filters) {
        filters.put("list", (v, args, budget) -> new ArrayList<>(Py.items(v)));
        filters.put("first", (v, args, budget) -> {
            Iterator<Object> items = Py.iterate(v);
            return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
        });
        filters.put("last", (v, args, budget) -> {
            if (v instanceof Lazy) {
                throw new TemplateError("'generator' object is not reversible");
            }
            List<Object> items = Py.items(v);
            return items.isEmpty() ? new Undefined("No last item, sequence was empty.") : items.getLast();
        });
        filters.put("reverse", (v, args, budget) -> {
            List<Object> reversed = Py.items(v).reversed();
            return v instanceof String ? TextMethods.join("", reversed, budget) : new Lazy(reversed.iterator());
        });
        filters.put("items", (v, args, budget) -> switch (v) {
            case Undefined undefined -> List.of();
            case Map<?, ?> map -> new Lazy(new DictView("items", map).items().iterator());
            default -> throw new TemplateError("Can only get item pairs from a mapping.");
        });
        filters.put("join", (v, args, budget) -> {
            Args.Bound bound = args.bind("join", "d", "attribute");
            List<Object> parts = Py.items(v).stream()
                    .map(each -> (Object) Repr.str(attribute(each, bound.get("attribute"), budget)))
                    .toList();
            return TextMethods.join(Repr.str(bound.or("d", "")), parts, budget);
        });
        filters.put("map", ItemFilters::map);
        filters.put("select", (v, args, budget) -> select(v, test(args), true));
        filters.put("reject", (v, args, budget) -> select(v, test(args), false));
        filters.put("selectattr", (v, args, budget) -> select(v, attributeTest(args, budget), true));
        filters.put("rejectattr", (v, args, budget) -> select(v, attributeTest(args, budget), false));
        filters.put("batch", (v, args, budget) -> {
            Args.Bound bound = args.bind("batch", "linecount", "fill_with");
            return new Lazy(batches(Py.items(v), bound.whole("linecount", 1), bound.get("fill_with"), budget)
                    .iterator());
        });
        filters.put("slice", (v, args, budget) -> {
            Args.Bound bound = args.bind("slice", "slices", "fill_with");
            return new Lazy(slices(Py.items(v), bound.whole("slices", 1), bound.get("fill_with"), budget)
                    .iterator());
        });
    }

    private static Object map(Object value, Args args, Budget budget) {
        if (!Py.truth(value)) {
            return new Lazy(List.of().iterator());
        }
        if (args.positional().isEmpty()) {
            Args.Bound bound = args.bind("map", "attribute", "default");
            Object path = bound.require("attribute");
            Object fallback = bound.get("default");
            return lazy(Py.iterate(value), each -> {
                Object found = attribute(each, path, budget);
                return found instanceof Undefined && fallback != null ? fallback : found;
            });
        }
        Filters.Filter filter = Filters.find(PyText.require(args.positional().getFirst(), "map"));
        Args rest = args.rest();
        return lazy(Py.iterate(value), each -> filter.apply(each, rest, budget));
    }

    /** The item itself, or what the path {@code a.b.0} leads to from it. */
    static Object attribute(Object item, @Nullable Object path, Budget budget) {
        if (path == null || path == None.NONE) {
            return item;
        }
        if (!(path instanceof String names)) {
            return Access.subscript(item, path, budget);
        }
        Object found = item;
        for (String name : names.split("\\.", -1)) {
            boolean index =
                    !name.isEmpty() && name.length() < 10 && name.chars().allMatch(Character::isDigit);
            found = Access.subscript(found, index ? (Object) Long.valueOf(name) : name, budget);
        }
        return found;
    }

    private static Predicate<Object> test(Args args) {
        if (args.positional().isEmpty()) {
            return Py::truth;
        }
        Tests.Test test = Tests.find(PyText.require(args.positional().getFirst(), "select"));
        Args rest = args.rest();
        return item -> test.holds(item, rest);
    }

    private static Predicate<Object> attributeTest(Args args, Budget budget) {
        if (args.positional().isEmpty()) {
            throw new TemplateError("selectattr and rejectattr need the name of an attribute");
        }
        Object path = args.positional().getFirst();
        Predicate<Object> test = test(args.rest());
        return item -> test.test(attribute(item, path, budget));
    }

    private static Lazy select(Object value, Predicate<Object> test, boolean wanted) {
        if (!Py.truth(value)) {
            return new Lazy(List.of().iterator());
        }
        return new Lazy(new Selection(Py.iterate(value), item -> test.test(item) == wanted));
    }

    private static Lazy lazy(Iterator<Object> items, Function<Object, Object> change) {
        return new Lazy(new Iterator<>() {
            @Override
            public boolean hasNext() {
                return items.hasNext();
            }

            @Override
            public Object next() {
                return change.apply(items.next());
            }
        });
    }

    private static List<Object> batches(List<Object> items, long size, @Nullable Object fill, Budget budget) {
        budget.spend(items.size() + (present(fill) ? size : 0));
        int step = (int) Math.clamp(size, 1, 1 << 20);
        var batches = new ArrayList<Object>();
        for (int i = 0; i < items.size(); i += step) {
            var batch = new ArrayList<>(items.subList(i, Math.min(items.size(), i + step)));
            while (fill != null && present(fill) && batch.size() < step) {
                batch.add(fill);
            }
            batches.add(batch);
        }
        return batches;
    }

    private static List<Object> slices(List<Object> items, long count, @Nullable Object fill, Budget budget) {
        if (count < 1) {
            throw new TemplateError("slice: slices must be at least 1, was " + count);
        }
        budget.spend(count);
        var slices = new ArrayList<Object>();
        long each = items.size() / count;
        long longer = items.size() % count;
        int from = 0;
        for (long i = 0; i < count; i++) {
            int to = (int) (from + each + (i < longer ? 1 : 0));
            var slice = new ArrayList<>(items.subList(from, to));
            if (fill != null && present(fill) && i >= longer) {
                slice.add(fill);
            }
            slices.add(slice);
            from = to;
        }
        return slices;
    }

    private static boolean present(@Nullable Object fill) {
        return fill != null && fill != None.NONE;
    }
}
