package dev.tandem.cli;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.ScoringModels;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.PreferenceFile;
import dev.tandem.text.RowProblem;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.ScoringRow;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedRow;
import dev.tandem.training.Scorer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;

/** Scores rows with a real model, one after another, so that a file of any length fits. */
final class ModelScoring implements Scoring {

    @Override
    public void score(ScoringModels models, double beta, Path data, Consumer<ScoreLine> lines) throws IOException {
        try (TextTokenizer tokenizer =
                        TextTokenizer.open(Path.of(models.policy().folder()));
                Scorer scorer = Scorer.open(models)) {
            var rows = new RowTokenizer(tokenizer, PromptBoundary.TRL);
            PreferenceFile.read(data, DatasetFormat.AUTO, new PreferenceFile.Visitor() {
                private long row;

                @Override
                public void row(PreferenceRow preference) {
                    lines.accept(ScoreLine.of(row++, scorer.score(tokenize(preference)), beta));
                }

                private TokenizedRow tokenize(PreferenceRow preference) {
                    try {
                        return new ScoringRow(List.of(preference))
                                .tokenize(rows)
                                .getFirst();
                    } catch (TrainingFailure e) {
                        throw e.kind() == FailureKind.INVALID_DATASET
                                ? refused(data, preference.line(), String.valueOf(e.getMessage()))
                                : e;
                    }
                }

                @Override
                public void problem(RowProblem problem) {
                    throw refused(data, problem.line(), problem.message());
                }
            });
        }
    }

    private static TrainingFailure refused(Path data, long line, String message) {
        return new TrainingFailure(
                FailureKind.INVALID_DATASET, "line %d of %s: %s".formatted(line, data.getFileName(), message));
    }
}
