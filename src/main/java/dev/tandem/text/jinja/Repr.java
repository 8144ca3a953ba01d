package dev.tandem.text.jinja;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Python's {@code str()} and {@code repr()}. */
final class Repr {

    private static final int MAX_DEPTH = 200;

    private Repr() {}

    static String str(Object value) {
        return switch (value) {
            case String text -> text;
            case Undefined undefined -> "";
            default -> repr(value, 0);
        };
    }

    static String repr(Object value) {
        return repr(value, 0);
    }

    private static String repr(Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new TemplateError("a value is nested more than %d levels deep".formatted(MAX_DEPTH));
        }
        return switch (value) {
            case None none -> "None";
            case Boolean b -> b ? "True" : "False";
            case Double d -> real(d);
            case String text -> quoted(text);
            case List<?> list -> "[" + items(list, depth) + "]";
            case Tuple tuple ->
                "(" + items(tuple.items(), depth) + (tuple.items().size() == 1 ? ",)" : ")");
            case Map<?, ?> map -> dict(map, depth);
            case DictView view -> "dict_%s([%s])".formatted(view.kind(), items(view.items(), depth));
            case Range range ->
                range.step() == 1
                        ? "range(%d, %d)".formatted(range.start(), range.stop())
                        : "range(%d, %d, %d)".formatted(range.start(), range.stop(), range.step());
            case Namespace namespace -> "<Namespace %s>".formatted(dict(namespace.attributes(), depth));
            case Undefined undefined -> "Undefined";
            case Lazy lazy -> "<generator object>";
            case Loop loop -> "<LoopContext %s/%s>".formatted(loop.attribute("index"), loop.attribute("length"));
            case Callable callable -> "<function>";
            default -> value.toString();
        };
    }

    private static String items(List<?> list, int depth) {
        return list.stream().map(each -> repr(each, depth + 1)).collect(Collectors.joining(", "));
    }

    private static String dict(Map<?, ?> map, int depth) {
        return map.entrySet().stream()
                .map(e -> repr(e.getKey(), depth + 1) + ": " + repr(e.getValue(), depth + 1))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    /** The shortest digits that read back to the same number, with an exponent where Python writes one. */
    static String real(double value) {
        if (Double.isNaN(value)) {
            return "nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        if (Math.abs(value) == Double.MIN_VALUE) {
            return value < 0 ? "-5e-324" : "5e-324"; // Java writes two digits
        }
        if (value == 0) {
            return 1 / value < 0 ? "-0.0" : "0.0";
        }
        BigDecimal exact = new BigDecimal(Double.toString(Math.abs(value))).stripTrailingZeros();
        String digits = exact.unscaledValue().toString();
        int exponent = digits.length() - exact.scale() - 1;
        String sign = value < 0 ? "-" : "";
        if (exponent < -4 || exponent >= 16) {
            String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
            return "%s%s%se%s%02d"
                    .formatted(sign, digits.charAt(0), fraction, exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
        String plain = exact.toPlainString();
        return sign + (plain.contains(".") ? plain : plain + ".0");
    }

    private static String quoted(String text) {
        char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
        var out = new StringBuilder().append(quote);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    if (c == quote) {
                        out.append('\\').append(quote);
                    } else if (isPrintable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append(
                                c < 0x100
                                        ? "\\x%02x".formatted(c)
                                        : c < 0x10000 ? "\\u%04x".formatted(c) : "\\U%08x".formatted(c));
                    }
                }
            }
        });
        return out.append(quote).toString();
    }

    static boolean isPrintable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            case Character.SPACE_SEPARATOR -> c == ' ';
            default -> true;
        };
    }
}
