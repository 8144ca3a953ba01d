package dev.tandem.scheduler;

import static java.util.stream.Collectors.toSet;

import dev.tandem.home.DatabaseOutage;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.launcher.WorkerLauncher;
import dev.tandem.launcher.WorkerLauncher.Attempt;
import dev.tandem.launcher.WorkerLauncher.Seen;
import dev.tandem.launcher.WorkerLauncher.Stop;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Cleans up behind workers: those that ended, fell silent, do not listen, or run for a job that is theirs no longer. */
@Component
class Reaper {

    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);

    /** How long a worker without an attempt may live: it ends by itself after its last report, and when it is fenced. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Attempts attempts;
    private final WorkerLauncher launcher;
    private final LeftReports left;
    private final ServerAddress address;
    private final Map<Attempt, Long> strays = new HashMap<>();
    private Set<Attempt> living = Set.of();

    /** A process is seen to end once only, perhaps while the database is away. */
    private final Deque<Seen> ended = new ArrayDeque<>();

    Reaper(Attempts attempts, WorkerLauncher launcher, LeftReports left, ServerAddress address) {
        this.attempts = attempts;
        this.launcher = launcher;
        this.left = left;
        this.address = address;
    }

    /** @param awake whether this process ran without a stop; else no worker could renew and silence says nothing */
    void sweep(BooleanSupplier awake) {
        overrule();
        watchProcesses();
        // Last, so that a worker whose process was seen to end is not called lost.
        List<AttemptId> silent = attempts.expired();
        if (awake.getAsBoolean()) {
            each(silent, "its lease ran out", attempts::lost);
        }
    }

    /** What one attempt left behind must not keep the others from being cleaned up. */
    private void each(List<AttemptId> ids, String why, Consumer<AttemptId> end) {
        for (AttemptId id : ids) {
            LOG.warn("{} is ended: {}", id, why);
            try {
                left.deliver(id);
                end.accept(id);
            } catch (RuntimeException e) {
                if (DatabaseOutage.caused(e)) {
                    throw e;
                }
                LOG.error("cannot end {}; tried again in the next round", id, e);
            }
        }
    }

    /** Attempts whose workers ran at the last sweep, those that are over too. */
    List<AttemptId> living() {
        return living.stream().map(Reaper::id).toList();
    }

    private void watchProcesses() {
        List<Seen> seen = launcher.observe();
        launcher.serverIsAt(address.url());
        seen.stream().filter(s -> !s.alive()).forEach(ended::add);
        noteEnds();
        Set<Attempt> running =
                seen.stream().filter(Seen::alive).map(Seen::attempt).collect(toSet());
        living = running;
        strays.keySet().retainAll(running);
        running.stream().filter(attempt -> !attempts.isCurrent(id(attempt))).forEach(this::endStray);
    }

    private void noteEnds() {
        for (int left = ended.size(); left > 0; left--) {
            Seen seen = ended.removeFirst();
            try {
                noteEnd(seen);
            } catch (RuntimeException e) {
                if (DatabaseOutage.caused(e)) {
                    ended.addLast(seen);
                }
                throw e;
            }
        }
    }

    private void noteEnd(Seen seen) {
        String code =
                seen.exitCode().isPresent() ? "exit code " + seen.exitCode().getAsInt() : "an unknown exit code";
        left.deliver(id(seen.attempt()));
        attempts.processEnded(id(seen.attempt()), seen.exitCode(), seen.lastWords());
        LOG.info("the worker of {} ended with {}", seen.attempt(), code);
    }

    private static AttemptId id(Attempt attempt) {
        return new AttemptId(attempt.job(), attempt.epoch());
    }

    private void endStray(Attempt attempt) {
        long since = strays.computeIfAbsent(attempt, a -> System.nanoTime());
        if (System.nanoTime() - since > PATIENCE.toNanos()) {
            LOG.warn("the worker of {} runs on though its attempt is over; it is killed", attempt);
            launcher.requestStop(attempt, Stop.KILL);
        }
    }

    private void overrule() {
        each(attempts.deafToWishes(), "its worker did not stop when asked and is killed", id -> {
            attempts.overrule(id);
            kill(id);
        });
        each(attempts.overrun(), "it ran longer than it may and is killed", id -> {
            attempts.failOverrun(id);
            kill(id);
        });
    }

    private void kill(AttemptId id) {
        launcher.requestStop(new Attempt(id.job(), id.epoch()), Stop.KILL);
    }
}
