package dev.tandem.api;

import dev.tandem.spec.Wire;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.springframework.http.ResponseEntity;

/** An entity tag made from what is sent, so it changes exactly when a reader would see a change. */
final class ContentTag {

    private ContentTag() {}

    /** The body with its tag; Spring answers 304 to a reader that has it. */
    static <T> ResponseEntity<T> tagged(T body) {
        return ResponseEntity.ok().eTag(of(body)).body(body);
    }

    static String of(Object body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Wire.JSON.writeValueAsBytes(body));
            return '"' + HexFormat.of().formatHex(digest, 0, 16) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
