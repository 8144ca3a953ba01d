package dev.tandem.text.jinja;

import java.math.BigInteger;
import java.util.Map;
import java.util.regex.Pattern;

/** Python's notation of numbers and texts. */
final class Literals {

    static final Pattern NUMBER =
            Pattern.compile("(?i)(?<!\\.)(?:\\d+_)*\\d+(?:(?:\\.(?:\\d+_)*\\d+)?e[+-]?(?:\\d+_)*\\d+|\\.(?:\\d+_)*\\d+)"
                    + "|0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\\da-f])+|[1-9](?:_?\\d)*|0(?:_?0)*");
    private static final Map<Character, String> ESCAPES = Map.of(
            'n', "\n", 't', "\t", 'r', "\r", '\\', "\\", '\'', "'", '"', "\"", 'a', "\u0007", 'b', "\b", 'f', "\f", 'v',
            "\u000b");

    private Literals() {}

    static Object number(String written) {
        String digits = written.replace("_", "").toLowerCase(java.util.Locale.ROOT);
        int radix = digits.startsWith("0x") ? 16 : digits.startsWith("0o") ? 8 : digits.startsWith("0b") ? 2 : 10;
        if (radix != 10) {
            return Arithmetic.whole(new BigInteger(digits.substring(2), radix));
        }
        return digits.chars().allMatch(Character::isDigit)
                ? Arithmetic.whole(new BigInteger(digits))
                : Double.valueOf(digits);
    }

    /** An unknown escape keeps its backslash, as in Python. */
    static String unescape(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        var out = new StringBuilder();
        int i = 0;
        while (i < text.length()) {
            char c = text.charAt(i);
            if (c != '\\') {
                out.append(c);
                i++;
            } else {
                i = escape(text, i + 1, out);
            }
        }
        return out.toString();
    }

    private static int escape(String text, int i, StringBuilder out) {
        char c = text.charAt(i);
        String simple = ESCAPES.get(c);
        if (simple != null) {
            out.append(simple);
            return i + 1;
        }
        return switch (c) {
            case '\n' -> i + 1;
            case 'x' -> code(text, i + 1, 2, 16, out);
            case 'u' -> code(text, i + 1, 4, 16, out);
            case 'U' -> code(text, i + 1, 8, 16, out);
            case '0', '1', '2', '3', '4', '5', '6', '7' -> {
                int digits = 1;
                while (digits < 3 && i + digits < text.length() && Character.digit(text.charAt(i + digits), 8) >= 0) {
                    digits++;
                }
                yield code(text, i, digits, 8, out);
            }
            default -> {
                out.append('\\').append(c);
                yield i + 1;
            }
        };
    }

    private static int code(String text, int from, int digits, int radix, StringBuilder out) {
        try {
            out.appendCodePoint(Integer.parseInt(text.substring(from, from + digits), radix));
            return from + digits;
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw new TemplateError("truncated escape \\" + text.charAt(from - 1) + " in a text");
        }
    }
}
