package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of dicts, lists and tuples that change nothing. */
final class ContainerMethods {

    private ContainerMethods() {}

    static @Nullable Callable ofDict(Map<?, ?> map, String name) {
        return switch (name) {
            case "keys", "values", "items" ->
                args -> {
                    args.bind(name);
                    return new DictView(name, map);
                };
            case "get" ->
                args -> {
                    Args.Bound bound = args.bind("get", "key", "default");
                    Object value = map.get(Py.key(bound.require("key")));
                    return value == null ? bound.or("default", None.NONE) : value;
                };
            case "copy" -> args -> new LinkedHashMap<Object, Object>(map);
            default -> null;
        };
    }

    static @Nullable Callable ofSequence(List<?> items, String name) {
        return switch (name) {
            case "index" ->
                args -> {
                    Object wanted = args.bind("index", "value").require("value");
                    for (int i = 0; i < items.size(); i++) {
                        if (Order.equal(items.get(i), wanted)) {
                            return (long) i;
                        }
                    }
                    throw new TemplateError("%s is not in list".formatted(Repr.repr(wanted)));
                };
            case "count" ->
                args -> {
                    Object wanted = args.bind("count", "value").require("value");
                    return items.stream()
                            .filter(each -> Order.equal(each, wanted))
                            .count();
                };
            case "copy" -> args -> new ArrayList<Object>(items);
            default -> null;
        };
    }
}
