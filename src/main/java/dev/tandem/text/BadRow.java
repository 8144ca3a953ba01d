package dev.tandem.text;

/** Why one row cannot be used; becomes a {@link RowProblem} once the line is known. */
final class BadRow extends Exception {

    private static final long serialVersionUID = 1L;
    private static final int QUOTED = 40;

    private final String code;

    BadRow(String code, String message) {
        super(message);
        this.code = code;
    }

    static BadRow wrongType(String field, String expected, Object was) {
        return new BadRow("wrong_type", "%s must be %s, was %s".formatted(field, expected, shown(was)));
    }

    RowProblem at(long line) {
        return new RowProblem(line, code, String.valueOf(getMessage()));
    }

    /** The value as a person would name it, cut to a readable length. */
    private static String shown(Object value) {
        return switch (value) {
            case String s -> "the text \"" + cut(s) + "\"";
            case java.util.Map<?, ?> m -> "an object";
            case java.util.List<?> l -> "a list";
            default -> cut(value.toString());
        };
    }

    private static String cut(String text) {
        return text.length() <= QUOTED ? text : text.substring(0, QUOTED) + "...";
    }
}
