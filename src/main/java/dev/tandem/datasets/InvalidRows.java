package dev.tandem.datasets;

import dev.tandem.text.RowProblem;

/** A file that was refused for its lines; the report lists them. */
public final class InvalidRows extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient DatasetReport report;

    InvalidRows(DatasetReport report) {
        super(message(report));
        this.report = report;
    }

    private static String message(DatasetReport report) {
        RowProblem first = report.errors().getFirst();
        return "%d of %d rows are invalid, the first in line %d: %s; mend them, or send on_invalid=skip to leave them out"
                .formatted(report.invalid(), report.invalid() + report.valid(), first.line(), first.message());
    }

    public DatasetReport report() {
        return report;
    }
}
