package dev.tandem.cli;

import java.util.concurrent.CountDownLatch;

/** Ctrl-C as a wish: the process stays until this is closed, when the run has told its checkpoint and has cleaned up. */
final class Interruption implements AutoCloseable {

    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean wished;

    private Interruption() {}

    static Interruption watch() {
        var interruption = new Interruption();
        Runtime.getRuntime().addShutdownHook(new Thread(interruption::interrupt, "interrupt"));
        return interruption;
    }

    boolean isWished() {
        return wished;
    }

    /** Runs at every exit of the process; only one in the middle of the run has to wait. */
    private void interrupt() {
        wished = true;
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ended.countDown();
    }
}
