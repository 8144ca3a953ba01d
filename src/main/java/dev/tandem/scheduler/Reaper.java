package dev.tandem.scheduler;

import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.launcher.WorkerLauncher;
import dev.tandem.launcher.WorkerLauncher.Attempt;
import dev.tandem.launcher.WorkerLauncher.Seen;
import dev.tandem.launcher.WorkerLauncher.Stop;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Cleans up behind workers: those that ended, fell silent, do not listen, or run for a job that is theirs no longer. */
@Component
class Reaper {

    private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);

    /** Looks at a worker without an attempt before it is killed: time for it to end by itself after its last report. */
    private static final int PATIENCE = 20;

    private final Attempts attempts;
    private final WorkerLauncher launcher;
    private final LeftReports left;
    private final Map<Attempt, Integer> strays = new HashMap<>();
    /** A launcher tells of an end once; it stays here until it is written down. */
    private final Map<Attempt, Seen> ended = new LinkedHashMap<>();

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

    private void watchProcesses() {
        var alive = new HashSet<Attempt>();
        for (Seen seen : launcher.observe()) {
            Attempt attempt = seen.attempt();
            var id = new AttemptId(attempt.job(), attempt.epoch());
            if (!seen.alive()) {
                String code = seen.exitCode().isPresent()
                        ? "exit code " + seen.exitCode().getAsInt()
                        : "an unknown exit code";
                LOG.info("the worker of {} ended with {}", attempt, code);
                ended.put(attempt, seen);
            } else if (!attempts.isCurrent(id)) {
                alive.add(attempt);
                endStray(attempt);
            }
        }
        strays.keySet().retainAll(alive);
        for (Seen seen : List.copyOf(ended.values())) {
            var id = new AttemptId(seen.attempt().job(), seen.attempt().epoch());
            left.deliver(id);
            attempts.processEnded(id, seen.exitCode(), seen.lastWords());
            ended.remove(seen.attempt());
        }
    }

    private void endStray(Attempt attempt) {
        if (strays.merge(attempt, 1, Integer::sum) >= PATIENCE) {
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
