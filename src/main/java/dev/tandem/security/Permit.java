package dev.tandem.security;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What let a caller in, as far as it can end while a long answer is under way.
 *
 * @param key id of an API key, which may be revoked or expire
 * @param until when a token of the identity provider no longer opens the server
 */
public record Permit(@Nullable String key, @Nullable Instant until) {

    /** Of a server without security, or of whoever holds the configured key. */
    static final Permit LASTING = new Permit(null, null);

    static Permit ofKey(String id) {
        return new Permit(id, null);
    }

    static Permit ofToken(@Nullable Instant until) {
        return new Permit(null, until);
    }
}
