package dev.tandem.scheduler;

import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.JobCounts;
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

    private final Dispatcher dispatcher;
    private final Reaper reaper;
    private final Attempts attempts;
    private final Farewell farewell;
    private final JobCounts counts;
    private final SchedulerProperties properties;
    private final Semaphore wakeUp = new Semaphore(0);
    private volatile @Nullable Thread thread;
    private boolean blind = true;
    private long rounds;

    Scheduler(
            Dispatcher dispatcher,
            Reaper reaper,
            Attempts attempts,
            Farewell farewell,
            JobCounts counts,
            SchedulerProperties properties) {
        this.dispatcher = dispatcher;
        this.reaper = reaper;
        this.attempts = attempts;
        this.farewell = farewell;
        this.counts = counts;
        this.properties = properties;
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
            if (blind) {
                attempts.giveGrace();
                blind = false;
            }
            reaper.sweep();
            dispatcher.dispatch();
            if (rounds++ % ROUNDS_PER_COUNT == 0) {
                counts.refresh();
            }
        } catch (RuntimeException e) {
            blind = true;
            LOG.error("a round of the scheduler failed; the next one is in {}", properties.poll(), e);
        }
    }
}
