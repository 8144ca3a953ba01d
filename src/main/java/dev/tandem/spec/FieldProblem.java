package dev.tandem.spec;

/**
 * One thing that is wrong with one field of a request.
 *
 * @param field the path of the field, as in {@code training.beta}
 * @param code a word for programs: {@code unknown_field}, {@code wrong_type}, {@code invalid_value}, {@code missing}, ...
 * @param message a sentence for the person: the thing, the rule, the actual value and the way out
 */
public record FieldProblem(String field, String code, String message) {

    FieldProblem within(String parent) {
        return parent.isEmpty() ? this : new FieldProblem(parent + "." + field, code, message);
    }
}
