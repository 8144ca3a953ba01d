package dev.tandem.scoring;

import dev.tandem.scoring.ScoringFailed.Cause;
import dev.tandem.spec.ScoreOrder;
import dev.tandem.spec.ScoreReply;
import dev.tandem.spec.ScoringModels;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * The scoring processes of this machine: one for each model that was asked for, as many as may be, the one that was not
 * used for longest giving way. Processes end with the pool, and by themselves when the server ends in any other way.
 */
@Component
class ScorerPool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ScorerPool.class);
    private static final Duration SWEEP = Duration.ofSeconds(5);

    private final ScoringProperties properties;
    private final ScorerCommand command;
    private final InstantSource clock;
    private final long budget;
    private final Semaphore places;
    private final Map<ScoringModels, Seat> seats = new HashMap<>();
    private final ScheduledExecutorService sweeper = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().name("scorer-sweeper").daemon().factory());
    private final ScheduledFuture<?> sweeps;
    private boolean closed;

    ScorerPool(ScoringProperties properties, InstantSource clock) {
        this.properties = properties;
        this.command = new ScorerCommand(properties);
        this.clock = clock;
        this.budget = properties.memoryOrShare().toBytes();
        this.places = new Semaphore(properties.waiting());
        long pause = Math.min(SWEEP.toMillis(), properties.idle().toMillis());
        sweeps = sweeper.scheduleWithFixedDelay(this::sweep, pause, pause, TimeUnit.MILLISECONDS);
    }

    /**
     * @param bytes that the weights of the models take
     * @throws ScoringFailed if there is no answer
     */
    ScoreReply ask(ScoringModels models, long bytes, ScoreOrder order) throws InterruptedException {
        requireFitting(bytes);
        if (!places.tryAcquire()) {
            throw new ScoringFailed(
                    Cause.BUSY,
                    "%d requests are being scored or wait (tandem.scoring.waiting); try again later"
                            .formatted(properties.waiting()));
        }
        try {
            Deadline deadline = Deadline.in(properties.timeout());
            Seat seat = take(models, bytes, deadline);
            try {
                return seat.ask(order, deadline);
            } finally {
                giveBack(seat);
            }
        } finally {
            places.release();
        }
    }

    private void requireFitting(long bytes) {
        if (bytes > budget) {
            throw new ScoringFailed(
                    Cause.OUT_OF_MEMORY,
                    "the weights take %d MB, more than the %d MB that scoring may use here (tandem.scoring.memory); the operator can raise it"
                            .formatted(
                                    DataSize.ofBytes(bytes).toMegabytes(),
                                    DataSize.ofBytes(budget).toMegabytes()));
        }
    }

    private synchronized Seat take(ScoringModels models, long bytes, Deadline deadline) throws InterruptedException {
        while (!seats.containsKey(models) && !makesRoom(bytes)) {
            long left = deadline.left().toMillis();
            if (left == 0) {
                throw new ScoringFailed(
                        Cause.BUSY,
                        "all %d scoring processes are in use by other models (tandem.scoring.processes, .memory); try again later"
                                .formatted(seats.size()));
            }
            wait(left);
        }
        if (closed) {
            throw new ScoringFailed(Cause.BUSY, "the server is stopping");
        }
        Seat seat = seats.computeIfAbsent(models, m -> new Seat(command, m, bytes, clock.instant()));
        seat.users++;
        return seat;
    }

    private boolean makesRoom(long bytes) {
        while (seats.size() >= properties.processes() || taken() + bytes > budget) {
            Optional<ScoringModels> oldest = seats.entrySet().stream()
                    .filter(seat -> seat.getValue().users == 0)
                    .min(Comparator.comparing(seat -> seat.getValue().lastUsed))
                    .map(Map.Entry::getKey);
            if (oldest.isEmpty()) {
                return false;
            }
            LOG.info(
                    "the scoring process of {} gives way to another",
                    oldest.get().policy());
            seats.computeIfPresent(oldest.get(), (models, seat) -> {
                seat.close();
                return null;
            });
        }
        return true;
    }

    private long taken() {
        return seats.values().stream().mapToLong(seat -> seat.bytes).sum();
    }

    private synchronized void giveBack(Seat seat) {
        seat.users--;
        seat.lastUsed = clock.instant();
        notifyAll();
    }

    /** Ends the processes that nobody asked for a while, and those whose model is gone. */
    synchronized void sweep() {
        var old = clock.instant().minus(properties.idle());
        seats.values().removeIf(seat -> {
            boolean over = seat.users == 0 && (seat.lastUsed.isBefore(old) || seat.isOrphaned());
            if (over) {
                seat.close();
            }
            return over;
        });
    }

    /** Ids of the processes that run now. */
    synchronized List<Long> processes() {
        return seats.values().stream().map(Seat::pid).filter(Objects::nonNull).toList();
    }

    @Override
    public synchronized void close() {
        closed = true;
        sweeps.cancel(true);
        sweeper.shutdownNow();
        seats.values().forEach(Seat::close);
        seats.clear();
        notifyAll();
    }
}
