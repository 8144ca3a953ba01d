package dev.tandem.spec;

import java.util.List;
import java.util.stream.Collectors;

/** A request that breaks one or more rules; it carries all of them, so that a person mends them in one go. */
public final class InvalidSpec extends IllegalArgumentException {

    private static final long serialVersionUID = 1L;

    private final transient List<FieldProblem> problems;

    public InvalidSpec(List<FieldProblem> problems) {
        super(problems.stream().map(FieldProblem::message).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    public InvalidSpec(String field, String code, String message) {
        this(List.of(new FieldProblem(field, code, message)));
    }

    public List<FieldProblem> problems() {
        return problems;
    }
}
