package dev.tandem.worker;

import dev.tandem.spec.WorkerExit;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends the report log to the server, in order, again and again until the server has it. */
final class Delivery implements Runnable {

    private static final Logger log = LoggerFactory.getLogger(Delivery.class);

    /** Small steps make many reports a second; those of this time travel together. */
    private static final Duration GATHER = Duration.ofMillis(100);

    private final ServerLink server;
    private final ReportLog reports;
    private final Standing standing;
    private final Backoff backoff = new Backoff();

    Delivery(ServerLink server, ReportLog reports, Standing standing) {
        this.server = server;
        this.reports = reports;
        this.standing = standing;
    }

    @Override
    public void run() {
        try {
            while (true) {
                if (send(reports.next())) {
                    backoff.reset();
                    Thread.sleep(GATHER);
                } else {
                    backoff.pause();
                }
            }
        } catch (Expelled e) {
            standing.expel(e);
        } catch (ClosedByInterruptException e) {
            log.debug("told to end in the middle of a read", e);
        } catch (IOException e) {
            log.error("cannot read the report log", e);
            standing.expel(new Expelled(WorkerExit.TRY_AGAIN, "reports can no longer be delivered"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return whether the server took at least one new report */
    private boolean send(ReportLog.Batch batch) throws InterruptedException {
        try {
            long through = server.deliver(batch.json());
            reports.accept(through);
            return through >= batch.first();
        } catch (IOException e) {
            log.debug("reports {} to {} not delivered", batch.first(), batch.last(), e);
            return false;
        }
    }
}
