package dev.tandem.scheduler;

import dev.tandem.home.DatabaseOutage;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.JobCounts;
import dev.tandem.jobs.LeaseTerms;
import dev.tandem.jobs.Submissions.JobQueued;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/**
 * The one thread that dispatches and reaps. It starts after the web server and stops before it, so that workers always
 * find someone to report to. Polling is the truth; a wake-up only shortens the wait.
 */
@Component
class Scheduler implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);
    private static final int ROUNDS_PER_COUNT = 10;

    private final Presence presence;
    private final Dispatcher dispatcher;
    private final Reaper reaper;
    private final Attempts attempts;
    private final Farewell farewell;
    private final JobCounts counts;
    private final SchedulerProperties properties;
    private final LeaseTerms terms;
    private final Semaphore wakeUp = new Semaphore(0);
    private volatile @Nullable Thread thread;
    private boolean blind = true;
    private long rounds;
    private long awaySince;
    private long lastLook;

    Scheduler(
            Presence presence,
            Dispatcher dispatcher,
            Reaper reaper,
            Attempts attempts,
            Farewell farewell,
            JobCounts counts,
            SchedulerProperties properties,
            LeaseTerms terms) {
        this.presence = presence;
        this.dispatcher = dispatcher;
        this.reaper = reaper;
        this.attempts = attempts;
        this.farewell = farewell;
        this.counts = counts;
        this.properties = properties;
        this.terms = terms;
    }

    @Override
    public void start() {
        Thread started = Thread.ofPlatform().name("scheduler").unstarted(this::run);
        thread = started;
        started.start();
    }

    @Override
    public void stop() {
        Thread running = thread;
        thread = null;
        if (running == null) {
            return;
        }
        wakeUp.release();
        try {
            running.join(TimeUnit.SECONDS.toMillis(10));
            farewell.stopWorkers(properties.stopGrace());
            presence.end();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    @EventListener
    void on(JobQueued queued) {
        LOG.debug("woken up by {}", queued);
        wakeUp.release();
    }

    private void run() {
        while (thread == Thread.currentThread()) {
            tick();
            try {
                wakeUp.tryAcquire(properties.poll().toMillis(), TimeUnit.MILLISECONDS);
                wakeUp.drainPermits();
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Whatever goes wrong in one round must not end the rounds. */
    private void tick() {
        try {
            if (blind || !awake()) {
                attempts.giveGrace();
                seesAgain();
            }
            presence.show();
            reaper.sweep(this::awake);
            lastLook = System.nanoTime();
            dispatcher.dispatch();
            if (rounds++ % ROUNDS_PER_COUNT == 0) {
                counts.refresh();
            }
        } catch (RuntimeException e) {
            complain(e);
            blind = true;
        }
    }

    /** A process that was stopped itself, or waited long for its database, heard no heartbeats meanwhile. */
    private boolean awake() {
        blind |= System.nanoTime() - lastLook
                > properties.poll().plus(terms.lease().dividedBy(2)).toNanos();
        return !blind;
    }

    /** Once for each outage, not at every round of it. */
    private void complain(RuntimeException e) {
        if (!DatabaseOutage.caused(e)) {
            LOG.error("a round of the scheduler failed; the next one is in {}", properties.poll(), e);
        } else if (awaySince == 0) {
            awaySince = System.nanoTime();
            LOG.warn("the database is away ({}); workers go on, jobs wait until it is back", rootOf(e));
        }
    }

    private void seesAgain() {
        blind = false;
        lastLook = System.nanoTime();
        if (awaySince != 0) {
            LOG.info("the database is back after {} ms", (System.nanoTime() - awaySince) / 1_000_000);
            awaySince = 0;
        }
    }

    private static String rootOf(Throwable thrown) {
        Throwable cause = thrown.getCause();
        return cause == null ? String.valueOf(thrown.getMessage()) : rootOf(cause);
    }
}
