package dev.tandem.text.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The evaluated arguments of one call. */
record Args(List<Object> positional, Map<String, Object> named) {

    static final Args NONE = new Args(List.of(), Map.of());

    static Args of(Object... positional) {
        return new Args(List.of(positional), Map.of());
    }

    /** The arguments by the names of the callee's parameters; refuses what it does not take. */
    Bound bind(String callee, String... parameters) {
        if (positional.size() > parameters.length) {
            throw new TemplateError(
                    "%s takes at most %d arguments, got %d".formatted(callee, parameters.length, positional.size()));
        }
        var values = new HashMap<String, Object>();
        for (int i = 0; i < positional.size(); i++) {
            values.put(parameters[i], positional.get(i));
        }
        named.forEach((name, value) -> {
            if (!List.of(parameters).contains(name)) {
                throw new TemplateError("%s has no argument %s".formatted(callee, name));
            }
            if (values.put(name, value) != null) {
                throw new TemplateError("%s got argument %s twice".formatted(callee, name));
            }
        });
        return new Bound(callee, values);
    }

    /** Arguments without the first positional one. */
    Args rest() {
        return new Args(positional.subList(1, positional.size()), named);
    }

    /** Arguments by name. */
    record Bound(String callee, Map<String, Object> values) {

        @Nullable
        Object get(String name) {
            return values.get(name);
        }

        boolean has(String name) {
            return values.containsKey(name);
        }

        Object require(String name) {
            Object value = values.get(name);
            if (value == null) {
                throw new TemplateError("%s needs the argument %s".formatted(callee, name));
            }
            return value;
        }

        Object or(String name, Object fallback) {
            Object value = values.get(name);
            return value == null ? fallback : value;
        }

        boolean flag(String name, boolean fallback) {
            Object value = values.get(name);
            return value == null ? fallback : Py.truth(value);
        }

        long whole(String name, long fallback) {
            Object value = values.get(name);
            return value == null || value == None.NONE ? fallback : Arithmetic.index(value);
        }

        String text(String name, String fallback) {
            Object value = values.get(name);
            return value == null ? fallback : PyText.require(value, callee);
        }
    }
}
