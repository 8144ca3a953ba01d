package dev.tandem.scheduler;

import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.ReportDeliveries;
import dev.tandem.launcher.WorkerLauncher;
import dev.tandem.launcher.WorkerLauncher.Attempt;
import java.io.UncheckedIOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Delivers what a worker wrote down and could not send, before its attempt is ended: while the attempt's epoch is still
 * the job's. So a checkpoint that was saved while the server was away is where the next attempt starts.
 */
@Component
class LeftReports {

    private static final Logger LOG = LoggerFactory.getLogger(LeftReports.class);

    private final ReportDeliveries deliveries;
    private final WorkerLauncher launcher;

    LeftReports(ReportDeliveries deliveries, WorkerLauncher launcher) {
        this.deliveries = deliveries;
        this.launcher = launcher;
    }

    void deliver(AttemptId id) {
        long known = deliveries.through(id);
        try {
            launcher.reportsLeft(new Attempt(id.job(), id.epoch()), known, batch -> {
                deliveries.takeLeft(id, batch);
                LOG.info(
                        "{} left reports {} to {}, which are delivered now",
                        id,
                        batch.getFirst().seq(),
                        batch.getLast().seq());
            });
        } catch (UncheckedIOException e) {
            LOG.warn("what the worker of {} left cannot be read; its job goes on from what was reported", id, e);
        }
    }
}
