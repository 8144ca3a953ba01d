package dev.tandem.spec;

/**
 * One thing that is wrong with one field of a request.
 *
 * @param field the path of the field, as in {@code training.beta}
 * @param code a word for programs: {@code unknown_field}, {@code wrong_type}, {@code invalid_value}, {@code missing}, ...
 * @param message a sentence for the person: the thing, the rule, the actual value and the way out
 */
public record FieldProblem(String field, String code, String message) {

    private static final int LONGEST_FIELD = 300;
    private static final int LONGEST_MESSAGE = 8000;

    /** Values come from outside and may be of any length; what is said of them is not. */
    public FieldProblem {
        field = cut(field, LONGEST_FIELD);
        message = cut(message, LONGEST_MESSAGE);
    }

    private static String cut(String text, int most) {
        return text.length() <= most
                ? text
                : "%s... (%d characters in all)".formatted(text.substring(0, most), text.length());
    }

    FieldProblem within(String parent) {
        return parent.isEmpty() ? this : new FieldProblem(parent + "." + field, code, message);
    }
}
