package dev.tandem.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/** The secret with which a worker speaks for one attempt. Only its hash is stored. */
public record AttemptToken(String secret) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** A new token of 256 random bits. */
    public static AttemptToken issue() {
        byte[] random = new byte[32];
        RANDOM.nextBytes(random);
        return new AttemptToken(Base64.getUrlEncoder().withoutPadding().encodeToString(random));
    }

    public byte[] hash() {
        try {
            return MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Compares in constant time, so that answers do not tell how much of a guess was right. */
    public boolean matches(byte[] storedHash) {
        return MessageDigest.isEqual(hash(), storedHash);
    }

    @Override
    public String toString() {
        return "AttemptToken[secret]"; // a record's own toString would put it into logs
    }
}
