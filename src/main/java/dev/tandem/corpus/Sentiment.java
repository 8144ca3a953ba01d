package dev.tandem.corpus;

import java.util.Locale;

/** What a review thinks of its film. */
public enum Sentiment {
    POSITIVE,
    NEGATIVE,
    NEUTRAL;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
