package dev.tandem.text;

import static dev.tandem.text.TokenizedDataset.invalid;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Method;
import dev.tandem.spec.OnInvalid;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TruncationMode;
import dev.tandem.text.TokenizedDataset.Dropped;
import dev.tandem.text.jinja.TemplateError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the rows of one file, tokenizing them some hundred at a time, and hands on what becomes of each. */
final class DatasetReader implements PreferenceFile.Visitor {

    private static final int ROWS_AT_ONCE = 256;

    private final DataSource source;
    private final RowTokenizer tokenizer;
    private final @Nullable Integer maxLength;
    private final TruncationMode mode;
    private final Method method;
    private final TokenizedDataset.Visitor visitor;
    private final List<RowText> waiting = new ArrayList<>();
    private @Nullable Dropped firstDropped;
    private @Nullable RowProblem firstSkipped;
    private long valid;
    private long kept;
    private int highestId = -1;

    DatasetReader(
            DataSource source,
            RowTokenizer tokenizer,
            @Nullable Integer maxLength,
            TruncationMode mode,
            Method method,
            TokenizedDataset.Visitor visitor) {
        this.source = source;
        this.tokenizer = tokenizer;
        this.maxLength = maxLength;
        this.mode = mode;
        this.method = method;
        this.visitor = visitor;
    }

    TokenizedDataset.HighestToken read() {
        try {
            // What the file unpacks to was held against the limit when it was stored.
            var how = new Reading(source.format(), source.columns(), Long.MAX_VALUE);
            PreferenceFile.read(Path.of(source.path()), how, this);
        } catch (UnreadableFile e) {
            throw invalid(source, String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new TrainingFailure(
                    FailureKind.STORAGE, "cannot read the dataset %s: %s".formatted(source.path(), e), e);
        }
        tokenizeWaiting();
        if (source.rowsExpected() >= 0 && valid != source.rowsExpected()) {
            throw invalid(
                    source,
                    "%d valid rows were counted at upload, the file now has %d; upload it again"
                            .formatted(source.rowsExpected(), valid));
        }
        if (kept == 0) {
            throw invalid(source, emptiness());
        }
        return new TokenizedDataset.HighestToken(
                highestId, tokenizer.tokenizer().decode(new int[] {highestId}, false));
    }

    @Override
    public void row(PreferenceRow row) {
        valid++;
        if (method == Method.DPO && row.rejected() == null) {
            throw invalid(
                    source,
                    "line %d is a demonstration without chosen and rejected, which dpo compares; use method sft, or a dataset of preferences"
                            .formatted(row.line()));
        }
        try {
            waiting.add(tokenizer.text(method == Method.SFT ? row.demonstration() : row));
        } catch (TemplateError e) {
            refuse(row.line(), "template_refused", "the chat template refuses the row: " + e.getMessage());
        }
        if (waiting.size() >= ROWS_AT_ONCE) {
            tokenizeWaiting();
        }
    }

    @Override
    public void problem(RowProblem problem) {
        if (source.onInvalid() == OnInvalid.REJECT) {
            throw invalid(source, "line %d: %s".formatted(problem.line(), problem.message()));
        }
        firstSkipped = firstSkipped == null ? problem : firstSkipped;
        visitor.skipped(problem);
    }

    /** A row that is a valid row of its file, but not for this model. */
    private void refuse(long line, String code, String reason) {
        if (source.onInvalid() == OnInvalid.REJECT) {
            problem(new RowProblem(line, code, reason));
        }
        drop(line, reason);
    }

    private void drop(long line, String reason) {
        var dropped = new Dropped(line, reason);
        firstDropped = firstDropped == null ? dropped : firstDropped;
        visitor.dropped(dropped);
    }

    private void tokenizeWaiting() {
        tokenizer.encode(waiting).forEach(this::add);
        waiting.clear();
    }

    private void add(TokenizedRow row) {
        int[] rejected = row.rejectedIds();
        if (row.chosenIds().length == 0 || rejected != null && rejected.length == 0) {
            drop(row.line(), "a completion has no tokens");
            return;
        }
        Optional<TokenizedRow> fitting = maxLength == null ? Optional.of(row) : row.truncated(maxLength, mode);
        if (fitting.isEmpty()) {
            drop(
                    row.line(),
                    "the prompt has %d tokens, which leaves no room below max_length %d"
                            .formatted(row.promptIds().length, maxLength));
            return;
        }
        noteIds(fitting.get());
        kept++;
        visitor.row(fitting.get(), maxLength != null && row.longest() > maxLength);
    }

    private void noteIds(TokenizedRow row) {
        noteIds(row.promptIds());
        noteIds(row.chosenIds());
        int[] rejected = row.rejectedIds();
        if (rejected != null) {
            noteIds(rejected);
        }
    }

    private void noteIds(int[] ids) {
        for (int id : ids) {
            highestId = Math.max(highestId, id);
        }
    }

    private String emptiness() {
        if (firstDropped != null) {
            return "none of %d rows can be trained on; line %d: %s"
                    .formatted(valid, firstDropped.line(), firstDropped.reason());
        }
        return firstSkipped == null
                ? "the file is empty; a dataset has one JSON object a line"
                : "no line is a valid row; line %d: %s".formatted(firstSkipped.line(), firstSkipped.message());
    }
}
