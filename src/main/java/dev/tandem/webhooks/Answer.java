package dev.tandem.webhooks;

import org.jspecify.annotations.Nullable;

/**
 * What came of an attempt.
 *
 * @param status of the endpoint's answer; null if there was none
 * @param error why the endpoint did not take the event; null if it did
 */
record Answer(@Nullable Integer status, @Nullable String error) {

    private static final int GONE = 410;

    static Answer of(int status) {
        return new Answer(
                status, status / 100 == 2 ? null : "the endpoint answered %d; only 2xx is a yes".formatted(status));
    }

    static Answer none(String error) {
        return new Answer(null, error);
    }

    boolean isYes() {
        return error == null;
    }

    /** The endpoint says that it will never take it. */
    boolean isFinal() {
        return status != null && status == GONE;
    }
}
