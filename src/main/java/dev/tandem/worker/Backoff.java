package dev.tandem.worker;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Waits longer after each failure in a row, with jitter, so that a returning server is not stormed. */
final class Backoff {

    private static final long FIRST_MILLIS = 100;
    private static final long LAST_MILLIS = 5_000;

    private long millis = FIRST_MILLIS;

    void reset() {
        millis = FIRST_MILLIS;
    }

    void pause() throws InterruptedException {
        Thread.sleep(Duration.ofMillis(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1)));
        millis = Math.min(2 * millis, LAST_MILLIS);
    }
}
