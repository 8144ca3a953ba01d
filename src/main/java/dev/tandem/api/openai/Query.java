package dev.tandem.api.openai;

import dev.tandem.spec.InvalidSpec;
import java.util.function.Supplier;

/** Checks of query parameters. */
final class Query {

    private Query() {}

    /** @throws InvalidSpec unless 1 to {@code most} */
    static int limit(int limit, int most) {
        if (limit < 1 || limit > most) {
            throw new InvalidSpec(
                    "limit", "invalid_value", "limit must be from 1 to %d, was %d".formatted(most, limit));
        }
        return limit;
    }

    /** @param what as in {@code a file} */
    static Supplier<InvalidSpec> badAfter(String after, String what) {
        return () -> new InvalidSpec(
                "after", "invalid_value", "after must be the id of %s in this list, was \"%s\"".formatted(what, after));
    }
}
