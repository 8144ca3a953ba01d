package dev.tandem.jobs;

import dev.tandem.spec.InvalidSpec;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Makes a repeated request answer with the first job.
 *
 * @param key the client's {@code Idempotency-Key}; null from a client that has none and only says that it retries
 * @param digest of the request: the same key with another request is a mistake
 * @param retryOf without a key, how long ago the job may have been made that this request is a retry for; null if it is
 *     no retry
 */
public record Dedupe(
        @Nullable String key, String digest, @Nullable Duration retryOf) {

    private static final JsonMapper SORTED = JsonMapper.builder()
            .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
            .build();

    public Dedupe {
        if (key != null && (key.isBlank() || key.length() > 255)) {
            throw new InvalidSpec(
                    "Idempotency-Key",
                    "invalid_value",
                    "Idempotency-Key must have 1 to 255 characters, had " + key.length());
        }
    }

    /** Two requests are the same if their fields are; order and white space do not count. */
    public static Dedupe of(String key, Map<String, ?> request) {
        return new Dedupe(key, digest(request), null);
    }

    /** A request without a key; it is told from others by its fields alone. */
    public static Dedupe withoutKey(Map<String, ?> request, @Nullable Duration retryOf) {
        return new Dedupe(null, digest(request), retryOf);
    }

    private static String digest(Map<String, ?> request) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256")
                    .digest(SORTED.writeValueAsString(request).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
