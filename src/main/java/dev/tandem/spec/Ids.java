package dev.tandem.spec;

import java.security.SecureRandom;

/** Makes ids: a prefix that says what is named, then 24 letters and digits that mean nothing. */
public final class Ids {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz";

    private Ids() {}

    /** @param prefix as in {@code mdl_} */
    public static String fresh(String prefix) {
        var id = new StringBuilder(prefix);
        for (int i = 0; i < 24; i++) {
            id.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return id.toString();
    }
}
