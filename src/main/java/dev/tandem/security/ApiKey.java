package dev.tandem.security;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A key as it can be shown: without its secret, which nobody can read again.
 *
 * @param prefix the beginning of the secret, to tell keys apart
 * @param createdBy who made it, as the audit names callers
 * @param lastUsedAt to the minute
 */
public record ApiKey(
        String id,
        Project project,
        String name,
        String prefix,
        Set<Scope> scopes,
        String createdBy,
        Instant createdAt,
        @Nullable Instant expiresAt,
        @Nullable Instant revokedAt,
        @Nullable Instant lastUsedAt) {

    /** A key that was just made, and the only time that its secret can be read. */
    public record Issued(ApiKey key, String secret) {

        @Override
        public String toString() {
            return "Issued[%s]".formatted(key.id());
        }
    }
}
