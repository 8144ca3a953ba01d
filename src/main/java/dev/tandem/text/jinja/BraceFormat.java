package dev.tandem.text.jinja;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Python's {@code '{}'.format(values)}. */
final class BraceFormat {

    private static final Pattern FIELD = Pattern.compile(
            "\\{\\{|\\}\\}|\\{(?<name>\\w*)(?<path>(?:\\.\\w+|\\[[^\\]]+\\])*)(?:!(?<how>[rsa]))?(?::(?<spec>[^{}]*))?\\}");
    private static final Pattern SPEC = Pattern.compile(
            "(?:(?<fill>.)?(?<align>[<>^=]))?(?<sign>[-+ ])?(?<alt>#)?(?<zero>0)?(?<width>\\d{1,9})?(?<group>[,_])?(?:\\.(?<precision>\\d{1,9}))?(?<type>[a-zA-Z%])?");
    private static final Pattern STEP = Pattern.compile("\\.(\\w+)|\\[([^\\]]+)\\]");

    private BraceFormat() {}

    static String format(String format, Args args, Budget budget) {
        var out = new StringBuilder();
        Matcher field = FIELD.matcher(format);
        int from = 0;
        int next = 0;
        while (field.find()) {
            literal(out, format.substring(from, field.start()), budget);
            from = field.end();
            if (field.group().equals("{{") || field.group().equals("}}")) {
                out.append(field.group().charAt(0));
                continue;
            }
            String name = field.group("name");
            Object value = value(name.isEmpty() ? String.valueOf(next++) : name, args);
            budget.append(out, one(follow(value, field.group("path"), budget), field, budget));
        }
        literal(out, format.substring(from), budget);
        return out.toString();
    }

    private static void literal(StringBuilder out, String text, Budget budget) {
        if (text.indexOf('{') >= 0 || text.indexOf('}') >= 0) {
            throw new TemplateError("single brace in the format '%s'".formatted(text));
        }
        budget.append(out, text);
    }

    private static Object value(String name, Args args) {
        boolean index = name.chars().allMatch(Character::isDigit);
        Object value = index
                ? name.length() < 5
                                && Integer.parseInt(name) < args.positional().size()
                        ? args.positional().get(Integer.parseInt(name))
                        : null
                : args.named().get(name);
        if (value == null) {
            throw new TemplateError("format has no value {%s}".formatted(name));
        }
        return value;
    }

    private static Object follow(Object value, String path, Budget budget) {
        Matcher step = STEP.matcher(path);
        while (step.find()) {
            String index = step.group(2);
            if (index == null) {
                value = Access.attribute(value, step.group(1), budget);
            } else {
                boolean number = index.length() < 10 && index.chars().allMatch(Character::isDigit);
                value = Access.subscript(value, number ? (Object) Long.valueOf(index) : index, budget);
            }
        }
        return value;
    }

    private static String one(Object value, Matcher field, Budget budget) {
        Object shown = field.group("how") == null
                ? value
                : field.group("how").equals("s") ? Repr.str(value) : Repr.repr(value);
        String written = field.group("spec");
        if (written == null || written.isEmpty()) {
            return Repr.str(shown);
        }
        Matcher spec = SPEC.matcher(written);
        if (!spec.matches()) {
            throw new TemplateError("invalid format specifier '%s'".formatted(written));
        }
        boolean number = Arithmetic.isNumber(shown);
        String type = spec.group("type");
        if (!number && type != null && !type.equals("s")) {
            throw new TemplateError("unknown format code '%s' for a %s".formatted(type, Py.type(shown)));
        }
        String text = number ? number(shown, spec) : text(Repr.str(shown), spec.group("precision"));
        return aligned(text, spec, number, budget);
    }

    private static String text(String text, @Nullable String precision) {
        return precision == null || Integer.parseInt(precision) >= PyText.length(text)
                ? text
                : text.substring(0, PyText.offset(text, Integer.parseInt(precision)));
    }

    private static String number(Object value, Matcher spec) {
        String given = spec.group("type");
        boolean whole = Arithmetic.isWhole(value);
        char type = given != null ? given.charAt(0) : whole ? 'd' : 'r';
        int precision = spec.group("precision") == null ? -1 : Integer.parseInt(spec.group("precision"));
        double real = Arithmetic.real(value);
        String digits = switch (type) {
            case 'd' -> Arithmetic.big(value).abs().toString();
            case 'x' -> Arithmetic.big(value).abs().toString(16);
            case 'X' -> PyText.upper(Arithmetic.big(value).abs().toString(16));
            case 'b' -> Arithmetic.big(value).abs().toString(2);
            case 'o' -> Arithmetic.big(value).abs().toString(8);
            case 'r' -> precision < 0 ? Repr.real(Math.abs(real)) : NumberFormat.real(real, 'g', precision);
            case '%' -> NumberFormat.real(real * 100, 'f', precision < 0 ? 6 : precision) + "%";
            case 'f', 'F', 'e', 'E', 'g', 'G' -> NumberFormat.real(real, type, precision < 0 ? 6 : precision);
            default -> throw new TemplateError("unknown format code '%s'".formatted(type));
        };
        String sign = real < 0
                ? "-"
                : spec.group("sign") == null || spec.group("sign").equals("-") ? "" : spec.group("sign");
        return sign + grouped(digits, spec.group("group"));
    }

    private static String grouped(String digits, @Nullable String separator) {
        if (separator == null) {
            return digits;
        }
        int end = digits.indexOf('.') < 0 ? digits.length() : digits.indexOf('.');
        return digits.substring(0, end).replaceAll("(?<=\\d)(?=(\\d{3})+$)", separator) + digits.substring(end);
    }

    private static String aligned(String text, Matcher spec, boolean number, Budget budget) {
        long width = spec.group("width") == null ? 0 : Long.parseLong(spec.group("width"));
        boolean zero = spec.group("zero") != null;
        String align = spec.group("align") != null ? spec.group("align") : zero ? "=" : number ? ">" : "<";
        String fill = spec.group("fill") != null ? spec.group("fill") : zero ? "0" : " ";
        long missing = Math.max(0, width - PyText.length(text));
        return switch (align) {
            case "<" -> text + budget.repeat(fill, missing);
            case "^" -> budget.repeat(fill, missing / 2) + text + budget.repeat(fill, missing - missing / 2);
            case "=" -> {
                int sign = text.startsWith("-") || text.startsWith("+") || text.startsWith(" ") ? 1 : 0;
                yield text.substring(0, sign) + budget.repeat(fill, missing) + text.substring(sign);
            }
            default -> budget.repeat(fill, missing) + text;
        };
    }
}
