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
    private final Map<Attempt, Long> strays = new HashMap<>();
    private Set<Attempt> living = Set.of();

    /** A process is seen to end once only, perhaps while the database is away. */
    private final Deque<Seen> ended = new ArrayDeque<>();

    Reaper(Attempts attempts, WorkerLauncher launcher, LeftReports left) {
        this.attempts = attempts;
        this.launcher = launcher;
        this.left = left;
    }

    void sweep() {
        overrule();
        watchProcesses();
        // Last, so that a worker whose process was seen to end is not called lost.
        for (AttemptId id : attempts.expired()) {
            LOG.warn("the lease of {} ran out", id);
            left.deliver(id);
            attempts.lost(id);
        }
    }

    /** Attempts whose workers ran at the last sweep, those that are over too. */
    List<AttemptId> living() {
        return living.stream().map(Reaper::id).toList();
    }

    private void watchProcesses() {
        List<Seen> seen = launcher.observe();
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
        for (AttemptId id : attempts.deafToWishes()) {
            LOG.warn("the worker of {} did not stop when asked; it is killed", id);
            left.deliver(id);
            attempts.overrule(id);
            kill(id);
        }
        for (AttemptId id : attempts.overrun()) {
            LOG.warn("{} ran longer than it may; it is killed", id);
            left.deliver(id);
            attempts.failOverrun(id);
            kill(id);
        }
    }

    private void kill(AttemptId id) {
        launcher.requestStop(new Attempt(id.job(), id.epoch()), Stop.KILL);
    }
}
