package dev.tandem.security;

/** The secret with which a worker speaks for one attempt. Only its hash is stored. */
public record AttemptToken(String secret) {

    public static AttemptToken issue() {
        return new AttemptToken(Secrets.fresh());
    }

    public byte[] hash() {
        return Secrets.hash(secret);
    }

    public boolean matches(byte[] storedHash) {
        return Secrets.matches(secret, storedHash);
    }

    @Override
    public String toString() {
        return "AttemptToken[secret]"; // a record's own toString would put it into logs
    }
}
