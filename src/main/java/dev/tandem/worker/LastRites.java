package dev.tandem.worker;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets the process end well: after a checkpoint when it is terminated, and surely when it is expelled. */
final class LastRites {

    private static final Logger log = LoggerFactory.getLogger(LastRites.class);

    /** A step ends by itself when its attempt is expelled; one that takes longer is cut off. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Standing standing;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile int exitCode = Worker.TERMINATED;

    LastRites(Standing standing) {
        this.standing = standing;
    }

    int call(IntSupplier work) {
        Runtime.getRuntime().addShutdownHook(new Thread(this::terminate, "terminate"));
        Thread.ofPlatform().daemon().name("fence").start(this::cutOff);
        try {
            exitCode = work.getAsInt();
            return exitCode;
        } finally {
            ended.countDown();
        }
    }

    /** Runs at every exit; on a signal the work is still under way and gets time for a checkpoint. */
    private void terminate() {
        if (ended.getCount() == 0) {
            return;
        }
        log.info("told to end by the machine; writing a checkpoint");
        standing.terminate();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(exitCode);
    }

    private void cutOff() {
        try {
            Expelled no = standing.awaitExpulsion();
            Thread.sleep(GRACE);
            Runtime.getRuntime().halt(no.exit().code());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
