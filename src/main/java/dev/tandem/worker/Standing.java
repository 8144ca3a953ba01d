package dev.tandem.worker;

import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** How far the attempt is, and what it was told from outside; shared by the threads of a worker. */
final class Standing {

    private final CountDownLatch expulsion = new CountDownLatch(1);
    private volatile Heartbeat progress = new Heartbeat(0, 0, 0, null);
    private volatile Instruction instruction = Instruction.CONTINUE;
    private volatile boolean terminating;
    private volatile boolean settled;
    private volatile @Nullable Expelled expelled;

    Heartbeat progress() {
        return progress;
    }

    void progress(Heartbeat now) {
        progress = now;
    }

    /** What to do after this step. */
    Instruction instruction() {
        check();
        return terminating && instruction == Instruction.CONTINUE ? Instruction.PAUSE : instruction;
    }

    void instruct(Instruction told) {
        instruction = told;
    }

    /** Whether the stop was this machine's wish and not the server's, so that the job is to go on elsewhere. */
    boolean pausedByMachine() {
        return terminating && instruction == Instruction.CONTINUE;
    }

    void terminate() {
        terminating = true;
    }

    boolean isTerminating() {
        return terminating;
    }

    /** @throws Expelled if the server no longer takes anything from this attempt */
    void check() {
        Expelled no = expelled;
        if (no != null) {
            throw no;
        }
    }

    /**
     * The attempt's last report is about to be written. From here on a heartbeat that is refused says nothing: the
     * server refuses it as soon as it has that report.
     */
    synchronized void settle() {
        check();
        settled = true;
    }

    synchronized void expelFromHeartbeat(Expelled no) {
        if (!settled) {
            expel(no);
        }
    }

    synchronized void expel(Expelled no) {
        expelled = no;
        expulsion.countDown();
    }

    Expelled awaitExpulsion() throws InterruptedException {
        expulsion.await();
        Expelled no = expelled;
        if (no == null) {
            throw new IllegalStateException("an expulsion without its reason");
        }
        return no;
    }
}
