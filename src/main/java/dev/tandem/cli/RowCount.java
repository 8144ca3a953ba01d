package dev.tandem.cli;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.OnInvalid;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.PreferenceFile;
import dev.tandem.text.RowProblem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a data file once before anything is trained, so that a bad line is told at once and with its neighbours. */
final class RowCount implements PreferenceFile.Visitor {

    private static final int MOST_SHOWN = 20;

    private final List<RowProblem> shown = new ArrayList<>();
    private long problems;
    private long rows;

    private RowCount() {}

    /** @throws TrainingFailure naming the bad lines */
    static DataSource of(Path file) throws IOException {
        var count = new RowCount();
        PreferenceFile.read(file, DatasetFormat.AUTO, count);
        if (count.problems > 0) {
            throw new TrainingFailure(FailureKind.INVALID_DATASET, count.complaint(file));
        }
        if (count.rows == 0) {
            throw new TrainingFailure(FailureKind.INVALID_DATASET, "%s has no rows".formatted(file));
        }
        return new DataSource(file.toAbsolutePath().toString(), DatasetFormat.AUTO, OnInvalid.REJECT, count.rows);
    }

    @Override
    public void row(PreferenceRow row) {
        rows++;
    }

    @Override
    public void problem(RowProblem problem) {
        problems++;
        if (shown.size() < MOST_SHOWN) {
            shown.add(problem);
        }
    }

    private String complaint(Path file) {
        var text = new StringBuilder("%s has bad lines: %d of %d".formatted(file, problems, rows + problems));
        shown.forEach(problem -> text.append("\n  line %d: %s".formatted(problem.line(), problem.message())));
        if (problems > shown.size()) {
            text.append("\n  and %d more".formatted(problems - shown.size()));
        }
        return text.toString();
    }
}
