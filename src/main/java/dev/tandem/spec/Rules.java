package dev.tandem.spec;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects the broken rules of one record, so that its constructor can refuse with all of them at once. */
public final class Rules {

    private final List<FieldProblem> problems = new ArrayList<>();

    /** Notes "{@code field rule, was value}" unless {@code holds}. */
    public Rules check(boolean holds, String field, String rule, @Nullable Object value) {
        if (!holds) {
            problems.add(new FieldProblem(field, "invalid_value", "%s %s, was %s".formatted(field, rule, value)));
        }
        return this;
    }

    /** Notes an option that the field's standard has and this version has not. */
    public Rules supported(boolean holds, String field, String wayOut, @Nullable Object value) {
        if (!holds) {
            problems.add(new FieldProblem(
                    field, "unsupported", "%s = %s is not supported; %s".formatted(field, value, wayOut)));
        }
        return this;
    }

    public Rules positive(String field, double value) {
        return check(value > 0 && Double.isFinite(value), field, "must be a finite number greater than 0", value);
    }

    public Rules notNegative(String field, double value) {
        return check(value >= 0 && Double.isFinite(value), field, "must be a finite number, 0 or greater", value);
    }

    public Rules atLeast(String field, long value, long least) {
        return check(value >= least, field, "must be at least " + least, value);
    }

    /** A number of steps, or below 1 a share of all steps. */
    Rules steps(String field, double value) {
        return check(
                value > 0 && Double.isFinite(value) && (value < 1 || value == Math.rint(value)),
                field,
                "must be a whole number of steps or a share of all steps below 1",
                value);
    }

    /** A share: 0 is allowed, 1 is not. */
    public Rules belowOne(String field, double value) {
        return check(value >= 0 && value < 1, field, "must be at least 0 and less than 1", value);
    }

    /** @throws InvalidSpec if any rule was broken */
    public void done() {
        if (!problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
    }
}
