package dev.tandem.text;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.Method;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.spec.TruncationMode;
import dev.tandem.text.jinja.TemplateError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tokenizes the rows of a file and tells what each becomes, without refusing any; it holds some hundred. */
public final class RowSurvey implements PreferenceFile.Visitor {

    private static final int ROWS_AT_ONCE = 256;

    /** Hears of every valid row, in file order. */
    public interface Listener {

        void row(RowFate row);

        /** @param reason why the chat template refuses the row */
        void refused(long line, String reason);
    }

    private final RowTokenizer tokenizer;
    private final Method method;
    private final @Nullable Integer maxLength;
    private final TruncationMode mode;
    private final Listener listener;
    private final List<RowText> waiting = new ArrayList<>();
    private long after;
    private long last = Long.MAX_VALUE;

    public RowSurvey(
            RowTokenizer tokenizer,
            Method method,
            @Nullable Integer maxLength,
            TruncationMode mode,
            Listener listener) {
        this.tokenizer = tokenizer;
        this.method = method;
        this.maxLength = maxLength;
        this.mode = mode;
        this.listener = listener;
    }

    /** Looks at the lines behind {@code line}, up to {@code end}. */
    public RowSurvey between(long line, long end) {
        after = line;
        last = end;
        return this;
    }

    public void read(DataSource source) throws IOException {
        try {
            var how = new Reading(source.format(), source.columns(), Long.MAX_VALUE);
            PreferenceFile.read(Path.of(source.path()), how, this);
        } catch (Beyond e) {
            // the last line is behind us
        }
        tokenizeWaiting();
    }

    @Override
    public void row(PreferenceRow row) {
        if (row.line() > last) {
            throw new Beyond();
        }
        if (row.line() <= after) {
            return;
        }
        try {
            waiting.add(tokenizer.text(method == Method.SFT ? row.demonstration() : row));
        } catch (TemplateError e) {
            tokenizeWaiting(); // so that rows are told in file order
            listener.refused(row.line(), "the chat template refuses the row: " + e.getMessage());
        }
        if (waiting.size() >= ROWS_AT_ONCE) {
            tokenizeWaiting();
        }
    }

    @Override
    public void problem(RowProblem problem) {} // told when the file was stored

    private void tokenizeWaiting() {
        tokenizer.encode(waiting).forEach(row -> listener.row(RowFate.of(row, maxLength, mode)));
        waiting.clear();
    }

    /** The way out of a reader that only knows the end of the file. */
    private static final class Beyond extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private Beyond() {
            super("no more rows are wanted", null, false, false);
        }
    }
}
