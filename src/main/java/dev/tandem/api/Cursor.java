package dev.tandem.api;

import dev.tandem.spec.InvalidSpec;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;

/** Where a page of a list by {@code createdAt, id} ends, as an opaque word; it stays right while rows come and go. */
public final class Cursor {

    public static final int MOST = 100;

    private Cursor() {}

    /** @throws InvalidSpec if {@code after} was not made by a page */
    public static ScrollPosition read(@Nullable String after) {
        if (after == null) {
            return ScrollPosition.keyset();
        }
        try {
            String[] parts = new String(Base64.getUrlDecoder().decode(after), StandardCharsets.UTF_8).split(" ", 2);
            return ScrollPosition.forward(Map.of("createdAt", Instant.parse(parts[0]), "id", parts[1]));
        } catch (IllegalArgumentException | DateTimeException | ArrayIndexOutOfBoundsException e) {
            throw new InvalidSpec(
                    "after", "invalid_value", "after must be the next of an earlier page, was \"%s\"".formatted(after));
        }
    }

    /** The cursor of a row, for a list that is not read through Spring Data. */
    public static String write(Instant createdAt, String id) {
        return encode(createdAt + " " + id);
    }

    static String write(KeysetScrollPosition position) {
        return encode(
                position.getKeys().get("createdAt") + " " + position.getKeys().get("id"));
    }

    private static String encode(String position) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(position.getBytes(StandardCharsets.UTF_8));
    }
}
