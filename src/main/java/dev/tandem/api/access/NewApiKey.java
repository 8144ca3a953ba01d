package dev.tandem.api.access;

import dev.tandem.spec.InvalidSpec;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ValueRange;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A request for a key; {@code dev.tandem.spec.Form} reads it.
 *
 * @param project the caller's own if left out
 * @param expiresAt as in {@code 2030-01-31T00:00:00Z}; never if left out
 */
public record NewApiKey(
        String name,
        List<String> scopes,
        @Nullable String project,
        @Nullable String expiresAt) {

    private static final ValueRange YEARS = ValueRange.of(1, 9999);

    static final NewApiKey EMPTY = new NewApiKey("", List.of(), null, null);

    @Nullable
    Instant expiry() {
        if (expiresAt == null) {
            return null;
        }
        return parsed(expiresAt)
                .filter(time -> YEARS.isValidIntValue(time.getYear()))
                .map(OffsetDateTime::toInstant)
                .orElseThrow(() -> new InvalidSpec(
                        "expires_at",
                        "invalid_value",
                        "expires_at must be a time like 2030-01-31T00:00:00Z, was \"%s\"".formatted(expiresAt)));
    }

    private static Optional<OffsetDateTime> parsed(String time) {
        try {
            return Optional.of(OffsetDateTime.parse(time));
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
