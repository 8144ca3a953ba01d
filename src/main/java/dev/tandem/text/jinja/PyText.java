package dev.tandem.text.jinja;

import java.util.ArrayList;
import java.util.List;

/** Texts as Python sees them: a sequence of code points, with Python's idea of white space and lines. */
final class PyText {

    private PyText() {}

    static String require(Object value, String what) {
        if (value instanceof String text) {
            return text;
        }
        throw Py.failed(value, value)
                .orElseGet(() -> new TemplateError("%s needs a text, got %s".formatted(what, Py.type(value))));
    }

    static long length(String text) {
        return text.codePointCount(0, text.length());
    }

    static List<Object> characters(String text) {
        var all = new ArrayList<Object>(text.length());
        text.codePoints().forEach(c -> all.add(Character.toString(c)));
        return all;
    }

    /** The index in Java's {@code char}s of the {@code n}th code point, for {@code n} within the text. */
    static int offset(String text, long n) {
        return text.offsetByCodePoints(0, (int) n);
    }

    static int compare(String a, String b) {
        int[] x = a.codePoints().toArray();
        int[] y = b.codePoints().toArray();
        return java.util.Arrays.compare(x, y);
    }

    static boolean isSpace(int c) {
        return c >= 0x09 && c <= 0x0d
                || c >= 0x1c && c <= 0x20
                || c == 0x85
                || c == 0xa0
                || c == 0x1680
                || c >= 0x2000 && c <= 0x200a
                || c == 0x2028
                || c == 0x2029
                || c == 0x202f
                || c == 0x205f
                || c == 0x3000;
    }

    static boolean isNumeric(int c) {
        int type = Character.getType(c);
        return type == Character.DECIMAL_DIGIT_NUMBER
                || type == Character.LETTER_NUMBER
                || type == Character.OTHER_NUMBER;
    }

    /** A digit, raised, lowered and encircled ones among them. */
    static boolean isDigit(int c) {
        int value = Character.getNumericValue(c);
        return Character.isDigit(c) || Character.getType(c) == Character.OTHER_NUMBER && value >= 0 && value <= 9;
    }

    static String strip(String text) {
        return lstrip(rstrip(text));
    }

    static String lstrip(String text) {
        int start = 0;
        while (start < text.length() && isSpace(text.charAt(start))) {
            start++;
        }
        return text.substring(start);
    }

    static String rstrip(String text) {
        int end = text.length();
        while (end > 0 && isSpace(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end);
    }

    static String lstrip(String text, String characters) {
        int start = 0;
        while (start < text.length() && characters.indexOf(text.codePointAt(start)) >= 0) {
            start += Character.charCount(text.codePointAt(start));
        }
        return text.substring(start);
    }

    static String rstrip(String text, String characters) {
        int end = text.length();
        while (end > 0 && characters.indexOf(text.codePointBefore(end)) >= 0) {
            end -= Character.charCount(text.codePointBefore(end));
        }
        return text.substring(0, end);
    }

    static List<Object> splitLines(String text, boolean keepEnds) {
        var lines = new ArrayList<Object>();
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            if (isLineBreak(text.charAt(i))) {
                int end = i;
                if (text.charAt(i) == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                    i++;
                }
                lines.add(text.substring(start, keepEnds ? i + 1 : end));
                start = i + 1;
            }
        }
        if (start < text.length()) {
            lines.add(text.substring(start));
        }
        return lines;
    }

    private static boolean isLineBreak(char c) {
        return c >= 0x0a && c <= 0x0d || c >= 0x1c && c <= 0x1e || c == 0x85 || c == 0x2028 || c == 0x2029;
    }

    static String capitalize(String text) {
        if (text.isEmpty()) {
            return text;
        }
        int first = Character.charCount(text.codePointAt(0));
        return titleCase(text.substring(0, first)) + lower(text.substring(first));
    }

    private static String titleCase(String character) {
        int c = character.codePointAt(0);
        int title = Character.toTitleCase(c);
        return title == c ? upper(character) : Character.toString(title);
    }

    /** A letter after a letter becomes small, another one large. */
    static String title(String text) {
        var out = new StringBuilder();
        boolean inWord = false;
        for (Object each : characters(text)) {
            String c = (String) each;
            out.append(inWord ? lower(c) : titleCase(c));
            inWord = Character.isLetter(c.codePointAt(0));
        }
        return out.toString();
    }

    /** Whether every word begins with a capital and goes on in small letters. */
    static boolean isTitle(String text) {
        boolean inWord = false;
        boolean any = false;
        for (int c : text.codePoints().toArray()) {
            boolean capital = Character.isUpperCase(c) || Character.isTitleCase(c);
            if (capital && inWord || Character.isLowerCase(c) && !inWord) {
                return false;
            }
            inWord = capital || Character.isLowerCase(c);
            any |= inWord;
        }
        return any;
    }

    static String lower(String text) {
        return text.toLowerCase(java.util.Locale.ROOT);
    }

    static String upper(String text) {
        return text.toUpperCase(java.util.Locale.ROOT);
    }
}
