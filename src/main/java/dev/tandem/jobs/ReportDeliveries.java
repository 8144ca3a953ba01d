package dev.tandem.jobs;

import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.security.AttemptToken;
import dev.tandem.spec.Report;
import java.util.List;
import org.springframework.stereotype.Service;

/** Where reports come in. One that cannot be true ends its job; those before it are written all the same. */
@Service
public class ReportDeliveries {

    private final WorkerReports reports;

    ReportDeliveries(WorkerReports reports) {
        this.reports = reports;
    }

    /**
     * Takes what a worker sends.
     *
     * @return the number up to which all are written
     * @throws Fenced if the attempt owns its job no longer
     */
    public long take(AttemptId id, AttemptToken token, List<Report.Envelope> batch) {
        try {
            return reports.accept(id, token, batch);
        } catch (RefusedReport e) {
            reports.accept(id, token, e.before(batch));
            return reports.refuse(id, e);
        }
    }

    /** Takes what a worker that is gone could not send; nothing if its attempt is over. */
    public void takeLeft(AttemptId id, List<Report.Envelope> batch) {
        try {
            reports.acceptLeft(id, batch);
        } catch (RefusedReport e) {
            reports.acceptLeft(id, e.before(batch));
            reports.refuse(id, e);
        }
    }

    /** Number of the last report of the attempt that is written. */
    public long through(AttemptId id) {
        return reports.through(id);
    }
}
