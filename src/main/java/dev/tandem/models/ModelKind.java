package dev.tandem.models;

import java.util.Locale;

/** What a registered model is; an adapter is no model without its parent. */
public enum ModelKind {
    BASE,
    FINE_TUNED,
    ADAPTER;

    /** The word used in the API, as in {@code fine_tuned}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static ModelKind of(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
