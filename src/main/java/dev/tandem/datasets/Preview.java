package dev.tandem.datasets;

import dev.tandem.spec.PreferenceRow;
import dev.tandem.text.PreferenceFile;
import dev.tandem.text.RowProblem;
import java.util.ArrayList;
import java.util.List;

/** Keeps a few rows of a file and stops the reading once it has them. */
final class Preview implements PreferenceFile.Visitor {

    /** The way out of a reader that only knows the end of the file. */
    static final class Full extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private Full() {
            super("enough rows", null, false, false);
        }
    }

    private final long afterLine;
    private final int limit;
    private final List<PreferenceRow> rows = new ArrayList<>();

    Preview(long afterLine, int limit) {
        this.afterLine = afterLine;
        this.limit = limit;
    }

    @Override
    public void row(PreferenceRow row) {
        if (row.line() <= afterLine) {
            return;
        }
        rows.add(row);
        if (rows.size() == limit) {
            throw new Full();
        }
    }

    @Override
    public void problem(RowProblem problem) {} // skipped when the file was stored

    List<PreferenceRow> rows() {
        return rows;
    }
}
