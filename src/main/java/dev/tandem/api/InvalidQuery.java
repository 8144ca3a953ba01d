package dev.tandem.api;

import dev.tandem.spec.FieldProblem;
import java.util.List;
import java.util.stream.Collectors;

/** A query that its endpoint does not take; it carries everything that is wrong with it. */
final class InvalidQuery extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<FieldProblem> problems;

    InvalidQuery(List<FieldProblem> problems) {
        super(problems.stream().map(FieldProblem::message).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    List<FieldProblem> problems() {
        return problems;
    }

    /** Whether every parameter could be read, and only what it says is against a rule. */
    boolean isReadable() {
        return problems.stream().allMatch(each -> each.code().equals("invalid_value"));
    }
}
