package dev.tandem.scheduler;

import dev.tandem.home.DatabaseOutage;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.launcher.WorkerLauncher;
import dev.tandem.launcher.WorkerLauncher.Seen;
import dev.tandem.launcher.WorkerLauncher.Stop;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Ends every worker of this machine when the server stops: with a checkpoint if there is time, else without. */
@Component
class Farewell {

    private static final Logger LOG = LoggerFactory.getLogger(Farewell.class);
    private static final Duration GLANCE = Duration.ofMillis(50);

    private final Attempts attempts;
    private final WorkerLauncher launcher;
    private final LeftReports left;

    Farewell(Attempts attempts, WorkerLauncher launcher, LeftReports left) {
        this.attempts = attempts;
        this.launcher = launcher;
        this.left = left;
    }

    void stopWorkers(Duration grace) throws InterruptedException {
        List<Seen> running = living();
        if (running.isEmpty()) {
            return;
        }
        LOG.info("stopping {} workers; they have {} s to write a checkpoint", running.size(), grace.toSeconds());
        running.forEach(seen -> launcher.requestStop(seen.attempt(), Stop.CHECKPOINT));
        long deadline = System.nanoTime() + grace.toNanos();
        while (!running.isEmpty() && System.nanoTime() < deadline) {
            TimeUnit.MILLISECONDS.sleep(GLANCE.toMillis());
            running = living();
        }
        for (Seen late : running) {
            LOG.warn("the worker of {} did not end in time; it is killed", late.attempt());
            launcher.requestStop(late.attempt(), Stop.KILL);
            putBack(late);
        }
    }

    /** Those that ended are put back on the way. */
    private List<Seen> living() {
        List<Seen> seen = launcher.observe();
        seen.stream().filter(s -> !s.alive()).forEach(this::putBack);
        return seen.stream().filter(Seen::alive).toList();
    }

    private void putBack(Seen seen) {
        try {
            var id = new AttemptId(seen.attempt().job(), seen.attempt().epoch());
            left.deliver(id);
            attempts.putBack(id);
        } catch (RuntimeException e) {
            if (!DatabaseOutage.caused(e)) {
                throw e;
            }
            LOG.warn("cannot write down that {} stopped; its lease runs out instead", seen.attempt());
        }
    }
}
