package dev.tandem.cli;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.PreferenceFile;
import dev.tandem.text.RowProblem;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedRow;
import dev.tandem.training.Scorer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Scores rows with a real model, one after another, so that a file of any length fits. */
final class ModelScoring implements Scoring {

    @Override
    public void score(Path model, @Nullable Path adapter, Path data, Consumer<ScoreLine> lines) throws IOException {
        try (TextTokenizer tokenizer = TextTokenizer.open(model);
                Scorer scorer = Scorer.open(model, adapter)) {
            var rows = new RowTokenizer(tokenizer, PromptBoundary.TRL);
            PreferenceFile.read(data, DatasetFormat.AUTO, new PreferenceFile.Visitor() {
                private long row;

                @Override
                public void row(PreferenceRow preference) {
                    lines.accept(line(row++, scorer.score(rows.tokenize(preference))));
                }

                @Override
                public void problem(RowProblem problem) {
                    throw new TrainingFailure(
                            FailureKind.INVALID_DATASET,
                            "line %d of %s: %s".formatted(problem.line(), data, problem.message()));
                }
            });
        }
    }

    private static ScoreLine line(long row, Scorer.ScoredRow scored) {
        TokenizedRow ids = scored.row();
        return new ScoreLine(
                row, ids.promptIds(), ids.chosenIds(), ids.rejectedIds(), scored.chosenLogps(), scored.rejectedLogps());
    }
}
