package dev.tandem.text.jinja;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Python's {@code 'format' % values}. */
final class PercentFormat {

    private static final Pattern SPEC = Pattern.compile(
            "%(?:\\((?<name>[^)]*)\\))?(?<flags>[-+ #0]*)(?<width>\\d{1,9}|\\*)?(?:\\.(?<precision>\\d{0,9}|\\*))?[hlL]?(?<type>.)?",
            Pattern.DOTALL);

    private final Object values;
    private final List<Object> positional;
    private final Budget budget;
    private int next;

    private PercentFormat(Object values, Budget budget) {
        this.values = values;
        this.positional = values instanceof Tuple tuple ? tuple.items() : List.of(values);
        this.budget = budget;
    }

    static String format(String format, Object values, Budget budget) {
        return new PercentFormat(values, budget).format(format);
    }

    private String format(String format) {
        var out = new StringBuilder();
        Matcher spec = SPEC.matcher(format);
        int from = 0;
        boolean named = false;
        for (; spec.find(from); from = spec.end()) {
            budget.append(out, format.substring(from, spec.start()));
            if ("%".equals(spec.group("type"))) {
                out.append('%');
            } else {
                named |= spec.group("name") != null;
                budget.append(out, one(spec));
            }
        }
        if (!named && next < positional.size() && !isIndexed(values)) {
            throw new TemplateError("not all arguments converted during string formatting");
        }
        budget.append(out, format.substring(from));
        return out.toString();
    }

    private String one(Matcher spec) {
        String flags = spec.group("flags");
        long width = number(spec.group("width"), 0);
        int precision = (int) number(spec.group("precision"), -1);
        Object value = spec.group("name") == null ? next() : named(spec.group("name"));
        boolean left = flags.contains("-") || width < 0;
        String type = spec.group("type");
        if (type == null) {
            throw new TemplateError("incomplete format");
        }
        String text = convert(value, type.charAt(0), precision, flags);
        if (flags.contains("0") && !left && "diufFeEgGxXo".contains(type)) {
            return TextMethods.zfill(text, width, budget);
        }
        return TextMethods.pad(text, Math.abs(width), left ? "ljust" : "rjust", " ", budget);
    }

    private long number(@org.jspecify.annotations.Nullable String written, long absent) {
        if (written == null) {
            return absent;
        }
        return written.equals("*") ? Arithmetic.index(next()) : written.isEmpty() ? 0 : Long.parseLong(written);
    }

    private String convert(Object value, char type, int precision, String flags) {
        switch (type) {
            case 's' -> {
                return cut(Repr.str(value), precision);
            }
            case 'r', 'a' -> {
                return cut(Repr.repr(value), precision);
            }
            case 'c' -> {
                return value instanceof String s ? s : Character.toString((int) Arithmetic.index(value));
            }
            default -> {}
        }
        if (!Arithmetic.isNumber(value)) {
            throw Py.failed(value, value)
                    .orElseGet(() -> new TemplateError(
                            "%%%s format: a number is required, not %s".formatted(type, Py.type(value))));
        }
        boolean negative = Arithmetic.real(value) < 0;
        String digits = switch (type) {
            case 'd', 'i', 'u' -> TextMethods.zfill(Arithmetic.big(value).abs().toString(), precision, budget);
            case 'x' -> prefix(flags, "0x") + Arithmetic.big(value).abs().toString(16);
            case 'X' ->
                prefix(flags, "0X") + PyText.upper(Arithmetic.big(value).abs().toString(16));
            case 'o' -> prefix(flags, "0o") + Arithmetic.big(value).abs().toString(8);
            case 'f', 'F', 'e', 'E', 'g', 'G' ->
                NumberFormat.real(Arithmetic.real(value), type, precision < 0 ? 6 : precision);
            default -> throw new TemplateError("unsupported format character '%s'".formatted(type));
        };
        return (negative ? "-" : flags.contains("+") ? "+" : flags.contains(" ") ? " " : "") + digits;
    }

    private static String prefix(String flags, String prefix) {
        return flags.contains("#") ? prefix : "";
    }

    private static String cut(String text, int precision) {
        return precision < 0 || precision >= PyText.length(text)
                ? text
                : text.substring(0, PyText.offset(text, precision));
    }

    private Object next() {
        if (next >= positional.size()) {
            throw new TemplateError("not enough arguments for format string");
        }
        return positional.get(next++);
    }

    private Object named(String name) {
        if (!(values instanceof Map<?, ?> map)) {
            throw new TemplateError("format requires a mapping");
        }
        Object value = map.get(name);
        if (value == null) {
            throw new TemplateError("format has no value %s".formatted(name));
        }
        return value;
    }

    /** What Python takes for a mapping here, of which nothing need be used. */
    private static boolean isIndexed(Object values) {
        return values instanceof Map<?, ?> || values instanceof java.util.List<?> || values instanceof Undefined;
    }
}
