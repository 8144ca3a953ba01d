package dev.tandem.api.access;

import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Counts what each caller asks for. The callers that were silent for longest are forgotten first. */
final class Rates {

    private static final int REMEMBERED = 10_000;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(60); // OpenAI's SDKs ignore what is longer

    private final LimitProperties limits;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > REMEMBERED;
        }
    };

    Rates(LimitProperties limits) {
        this.limits = limits;
    }

    /** A caller that asks for more than it may. */
    static final class TooMany extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final long seconds;

        private TooMany(String message, long seconds) {
            super(message);
            this.seconds = seconds;
        }

        /** After which it is worth to ask again. */
        long seconds() {
            return seconds;
        }
    }

    Optional<TooMany> asked(String who) {
        int most = limits.requestsPerSecond();
        return most == 0
                ? Optional.empty()
                : take(
                        "caller " + who,
                        () -> bucket(limits.burst(), most, Duration.ofSeconds(1)),
                        "more than %d requests a second (tandem.limits.requests-per-second)".formatted(most));
    }

    Optional<TooMany> failed(String address) {
        int most = limits.failuresPerMinute();
        return most == 0
                ? Optional.empty()
                : take(
                        "failure " + address,
                        () -> bucket(most, most, Duration.ofMinutes(1)),
                        "more than %d requests a minute that no key opens (tandem.limits.failures-per-minute)"
                                .formatted(most));
    }

    private Optional<TooMany> take(String name, Supplier<Bucket> fresh, String rule) {
        Bucket bucket;
        synchronized (buckets) {
            bucket = buckets.computeIfAbsent(name, key -> fresh.get());
        }
        ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(1);
        if (probe.isConsumed()) {
            return Optional.empty();
        }
        long seconds = Math.min(
                LONGEST_WAIT.toSeconds(),
                1 + Duration.ofNanos(probe.getNanosToWaitForRefill()).toSeconds());
        return Optional.of(new TooMany("%s; try again in %d s".formatted(rule, seconds), seconds));
    }

    private static Bucket bucket(long capacity, long refill, Duration period) {
        return Bucket.builder()
                .addLimit(limit -> limit.capacity(capacity).refillGreedy(refill, period))
                .build();
    }
}
