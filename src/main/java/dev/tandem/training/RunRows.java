package dev.tandem.training;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.RunFit;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.ModelConfig;
import java.util.List;
import java.util.Map;

/** Reads the rows of a run and says what became of those that are not as they were sent. */
final class RunRows {

    private static final int LINES_NAMED = 20;

    private final TrainingRun run;
    private final TrainingMonitor monitor;

    RunRows(TrainingRun run, TrainingMonitor monitor) {
        this.run = run;
        this.monitor = monitor;
    }

    RunData read(ModelConfig config) {
        try (TextTokenizer tokenizer = TextTokenizer.open(run.model())) {
            var rows = new RowTokenizer(tokenizer, run.spec().promptBoundary());
            TokenizedDataset data = read(run.data(), rows, config, "the dataset");
            DataSource evalSource = run.evalData();
            TokenizedDataset evalData =
                    evalSource == null ? null : read(evalSource, rows, config, "the evaluation set");
            return new RunData(
                    data.rows(),
                    evalData == null ? null : evalData.rows(),
                    data.dropped().size());
        }
    }

    private TokenizedDataset read(DataSource source, RowTokenizer tokenizer, ModelConfig config, String name) {
        TokenizedDataset data = TokenizedDataset.read(
                source,
                tokenizer,
                config.maxLength(run.spec().maxLength()),
                run.spec().truncationMode(),
                run.method());
        data.highest().requireWithin(config.vocabSize());
        requireWeighable(data.rows(), name);
        data.dropped().stream()
                .findFirst()
                .ifPresent(first -> warn(
                        data.dropped().stream()
                                .map(TokenizedDataset.Dropped::line)
                                .toList(),
                        "%d rows of %s are left out, line %d because %s"
                                .formatted(data.dropped().size(), name, first.line(), first.reason())));
        warn(
                data.truncated(),
                "%d rows of %s are cut to max_length".formatted(data.truncated().size(), name));
        warn(
                data.boundarySplits(),
                "%d rows of %s have a token across the border of prompt and completion; %s"
                        .formatted(
                                data.boundarySplits().size(),
                                name,
                                run.spec().promptBoundary() == PromptBoundary.REPAIR
                                        ? "the completion was encoded on its own, so no text is lost"
                                        : "their completions are cut as TRL cuts them and lose text there; set prompt_boundary to repair to keep it"));
        return data;
    }

    private void requireWeighable(List<TokenizedRow> rows, String name) {
        List<Long> weighted = rows.stream()
                .filter(row -> row.weight() != 1)
                .map(TokenizedRow::line)
                .toList();
        if (!weighted.isEmpty()) {
            RunFit.weightProblem(run.method(), run.spec(), name, weighted.size(), weighted.getFirst())
                    .ifPresent(problem -> {
                        throw new TrainingFailure(FailureKind.INVALID_DATASET, problem);
                    });
        }
    }

    private void warn(List<Long> lines, String message) {
        if (!lines.isEmpty()) {
            monitor.warned(message, Map.of("lines", lines.subList(0, Math.min(lines.size(), LINES_NAMED))));
        }
    }
}
