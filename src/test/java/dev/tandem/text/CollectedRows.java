package dev.tandem.text;

import dev.tandem.spec.PreferenceRow;
import java.util.ArrayList;
import java.util.List;

/** A visitor that keeps all it is shown. */
class CollectedRows implements PreferenceFile.Visitor {

    final List<PreferenceRow> rows = new ArrayList<>();
    final List<RowProblem> problems = new ArrayList<>();

    @Override
    public void row(PreferenceRow row) {
        rows.add(row);
    }

    @Override
    public void problem(RowProblem problem) {
        problems.add(problem);
    }
}
