package dev.tandem.jobs;

import dev.tandem.spec.Report;
import java.util.List;

/** A worker reported what cannot be true; sending it again would not help, so its job fails. */
public final class RefusedReport extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long seq;

    RefusedReport(long seq, RuntimeException cause) {
        super("the worker's report %d cannot be accepted: %s".formatted(seq, cause.getMessage()), cause);
        this.seq = seq;
    }

    /** Those of the reports that came before it, which are as good as ever. */
    List<Report.Envelope> before(List<Report.Envelope> reports) {
        return reports.stream().filter(report -> report.seq() < seq).toList();
    }

    long seq() {
        return seq;
    }
}
