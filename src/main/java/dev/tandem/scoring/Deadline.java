package dev.tandem.scoring;

import java.time.Duration;

/** The moment, by the machine's steady clock, at which a request is given up. */
record Deadline(Duration patience, long nanoTime) {

    static Deadline in(Duration patience) {
        return new Deadline(patience, System.nanoTime() + patience.toNanos());
    }

    /** Never negative. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, nanoTime - System.nanoTime()));
    }
}
