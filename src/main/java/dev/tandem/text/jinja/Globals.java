package dev.tandem.text.jinja;

import java.time.Clock;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions every chat template may call. */
final class Globals {

    private Globals() {}

    static void addTo(Scope scope, Clock clock) {
        scope.set("range", (Callable) Globals::range);
        scope.set("dict", (Callable) Globals::dict);
        scope.set("namespace", (Callable) args -> {
            var attributes = new LinkedHashMap<String, Object>();
            ((Map<?, ?>) dict(args)).forEach((key, value) -> attributes.put(Repr.str(key), value));
            return new Namespace(attributes);
        });
        scope.set("raise_exception", (Callable) args -> {
            throw new TemplateError(
                    Repr.str(args.bind("raise_exception", "message").require("message")));
        });
        scope.set("strftime_now", (Callable) args ->
                Strftime.format(args.bind("strftime_now", "format").text("format", ""), LocalDateTime.now(clock)));
        scope.set("cycler", (Callable) args -> new Cycler(args.positional()));
        scope.set("joiner", (Callable) args -> joiner(args.bind("joiner", "sep").text("sep", ", ")));
    }

    private static Object range(Args args) {
        List<Long> numbers = args.positional().stream().map(Arithmetic::index).toList();
        return switch (numbers.size()) {
            case 1 -> new Range(0, numbers.get(0), 1);
            case 2 -> new Range(numbers.get(0), numbers.get(1), 1);
            case 3 -> new Range(numbers.get(0), numbers.get(1), numbers.get(2));
            default -> throw new TemplateError("range takes 1 to 3 arguments, got " + numbers.size());
        };
    }

    private static Object dict(Args args) {
        var dict = new LinkedHashMap<Object, Object>();
        for (Object each : args.positional()) {
            if (each instanceof Map<?, ?> map) {
                dict.putAll(map);
            } else {
                Py.items(each).stream().map(Py::items).forEach(pair -> dict.put(Py.key(pair.get(0)), pair.get(1)));
            }
        }
        dict.putAll(args.named());
        return dict;
    }

    private static Callable joiner(String separator) {
        boolean[] used = {false};
        return args -> {
            String text = used[0] ? separator : "";
            used[0] = true;
            return text;
        };
    }

    /** Gives its items in turn. */
    private static final class Cycler implements HasAttributes {

        private final List<Object> items;
        private int at;

        Cycler(List<Object> items) {
            if (items.isEmpty()) {
                throw new TemplateError("at least one item has to be provided");
            }
            this.items = items;
        }

        @Override
        public @org.jspecify.annotations.Nullable Object attribute(String name) {
            return switch (name) {
                case "current" -> items.get(at);
                case "next" ->
                    (Callable) args -> {
                        Object current = items.get(at);
                        at = (at + 1) % items.size();
                        return current;
                    };
                case "reset" ->
                    (Callable) args -> {
                        at = 0;
                        return None.NONE;
                    };
                default -> null;
            };
        }
    }
}
