package dev.tandem.api;

import dev.tandem.spec.Wire;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** An entity tag made from what is sent, so it changes exactly when a reader would see a change. */
final class ContentTag {

    private ContentTag() {}

    static String of(Object body) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Wire.JSON.writeValueAsBytes(body));
            return '"' + HexFormat.of().formatHex(digest, 0, 16) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
