package dev.tandem.text;

import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why one row cannot be used; becomes a {@link RowProblem} once the line is known. */
final class BadRow extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int QUOTED = 40;

    /** Of a field at the beginning of a message, or after the first one where two do not go together. */
    private static final Pattern NAME = Pattern.compile("^\\w+|(?<=^\\w{1,30} and )\\w+|(?<= but )\\w+(?= is )");

    private final String code;

    BadRow(String code, String message) {
        super(message);
        this.code = code;
    }

    static BadRow wrongType(String field, String expected, @Nullable Object was) {
        return new BadRow("wrong_type", "%s must be %s, was %s".formatted(field, expected, shown(was)));
    }

    RowProblem at(long line) {
        return new RowProblem(line, code, String.valueOf(getMessage()));
    }

    /** Of a row whose fields were read under other names than it has. */
    BadRow renamed(Map<String, String> names) {
        String message = NAME.matcher(String.valueOf(getMessage()))
                .replaceAll(found -> names.getOrDefault(found.group(), found.group()));
        return new BadRow(code, message);
    }

    /** The value as a person would name it, cut to a readable length. */
    private static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "null";
            case String s -> "the text \"" + cut(s) + "\"";
            case Map<?, ?> m -> "an object";
            case List<?> l -> "a list";
            default -> cut(value.toString());
        };
    }

    private static String cut(String text) {
        return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
    }
}
