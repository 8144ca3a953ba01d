package dev.tandem.retention;

import dev.tandem.home.DatabaseOutage;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/** The thread that clears up now and then; first after a while, so that workers that waited for a server deliver before. */
@Component
class Caretaker implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(Caretaker.class);

    private final Clearing clearing;
    private final StorageMeters meters;
    private final RetentionProperties rules;
    private final InstantSource clock;
    private volatile @Nullable Thread thread;

    Caretaker(Clearing clearing, StorageMeters meters, RetentionProperties rules, InstantSource clock) {
        this.clearing = clearing;
        this.meters = meters;
        this.rules = rules;
        this.clock = clock;
    }

    @Override
    public void start() {
        Thread started = Thread.ofPlatform().daemon().name("retention").unstarted(this::run);
        thread = started;
        started.start();
    }

    /** It may be stopped anywhere: the next round finds what this one left. */
    @Override
    public void stop() {
        Thread running = thread;
        thread = null;
        if (running == null) {
            return;
        }
        running.interrupt();
        try {
            running.join(TimeUnit.SECONDS.toMillis(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void run() {
        try {
            round(meters::refresh);
            while (thread == Thread.currentThread()) {
                TimeUnit.MILLISECONDS.sleep(rules.interval().toMillis());
                round(() -> clearing.run(rules, clock.instant()));
                round(meters::refresh);
            }
        } catch (InterruptedException e) {
            LOG.debug("told to stop", e);
        }
    }

    private void round(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            if (DatabaseOutage.caused(e) || thread == null) {
                LOG.debug("cut short; the next round is in {}", rules.interval(), e);
            } else {
                LOG.error("clearing up failed; the next try is in {}", rules.interval(), e);
            }
        }
    }
}
