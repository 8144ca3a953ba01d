package dev.tandem.cli;

import java.util.concurrent.CountDownLatch;

/** Ctrl-C as a wish: the process stays until the run has written its checkpoint and told where it is. */
final class Interruption implements AutoCloseable {

    private final CountDownLatch ended = new CountDownLatch(1);
    private final Runnable wish;

    Interruption(Runnable wish) {
        this.wish = wish;
    }

    void arm() {
        Runtime.getRuntime().addShutdownHook(new Thread(this::interrupt, "interrupt"));
    }

    /** Runs at every exit of the process; only one in the middle of the run is an interruption. */
    private void interrupt() {
        if (ended.getCount() == 0) {
            return;
        }
        wish.run();
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
