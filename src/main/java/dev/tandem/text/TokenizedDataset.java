package dev.tandem.text;

import static dev.tandem.spec.FailureKind.INVALID_DATASET;
import static dev.tandem.spec.FailureKind.INVALID_MODEL;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TruncationMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A dataset as token ids, in file order, and what became of the rows that are not in it.
 *
 * @param rows the rows to train on, none longer than the limit
 * @param dropped valid rows that cannot be trained on, as one whose prompt alone fills the limit
 * @param skipped lines that are no rows, where the source says to skip them
 * @param boundarySplits lines of rows whose completion was encoded apart from the prompt
 * @param truncated lines of rows that were cut to the limit
 * @param highest of all ids in {@code rows}
 */
public record TokenizedDataset(
        List<TokenizedRow> rows,
        List<Dropped> dropped,
        List<RowProblem> skipped,
        List<Long> boundarySplits,
        List<Long> truncated,
        HighestToken highest) {

    /** A row left out, and why. */
    public record Dropped(long line, String reason) {}

    /** Hears what becomes of each row, in file order. */
    public interface Visitor {

        /**
         * @param row no longer than the limit
         * @param truncated whether it was cut to the limit
         */
        void row(TokenizedRow row, boolean truncated);

        /** A valid row that cannot be trained on, as one whose prompt alone fills the limit. */
        void dropped(Dropped dropped);

        /** A line that is no row, where the source says to skip such. */
        void skipped(RowProblem problem);
    }

    /** The highest id of all rows, and its text. */
    public record HighestToken(int id, String text) {

        /** Refuses ids that a model has no embedding for. */
        public void requireWithin(int vocabSize) {
            if (id >= vocabSize) {
                throw new TrainingFailure(
                        INVALID_MODEL,
                        "token \"%s\" has id %d, but the model's vocabulary has %d entries (ids 0 to %d); tokenizer.json and config.json are of different models"
                                .formatted(text, id, vocabSize, vocabSize - 1));
            }
        }
    }

    public TokenizedDataset {
        rows = List.copyOf(rows);
        dropped = List.copyOf(dropped);
        skipped = List.copyOf(skipped);
        boundarySplits = List.copyOf(boundarySplits);
        truncated = List.copyOf(truncated);
    }

    /**
     * Reads and tokenizes a file.
     *
     * @param maxLength tokens of prompt and completion together; null for no limit
     * @throws TrainingFailure if the file is not what the source says, does not fit the method, or leaves no row
     */
    public static TokenizedDataset read(
            DataSource source, RowTokenizer tokenizer, @Nullable Integer maxLength, Method method) {
        return read(source, tokenizer, maxLength, TruncationMode.KEEP_START, method);
    }

    /** As above, with the end of too long a sequence that is kept. */
    public static TokenizedDataset read(
            DataSource source,
            RowTokenizer tokenizer,
            @Nullable Integer maxLength,
            TruncationMode mode,
            Method method) {
        var collected = new Collected();
        HighestToken highest = visit(source, tokenizer, maxLength, mode, method, collected);
        return new TokenizedDataset(
                collected.rows,
                collected.dropped,
                collected.skipped,
                collected.boundarySplits,
                collected.truncated,
                highest);
    }

    /** The same row by row, for what need not be held in memory. */
    public static HighestToken visit(
            DataSource source,
            RowTokenizer tokenizer,
            @Nullable Integer maxLength,
            TruncationMode mode,
            Method method,
            Visitor visitor) {
        return new DatasetReader(source, tokenizer, maxLength, mode, method, visitor).read();
    }

    private static final class Collected implements Visitor {

        private final List<TokenizedRow> rows = new ArrayList<>();
        private final List<Dropped> dropped = new ArrayList<>();
        private final List<RowProblem> skipped = new ArrayList<>();
        private final List<Long> boundarySplits = new ArrayList<>();
        private final List<Long> truncated = new ArrayList<>();

        @Override
        public void row(TokenizedRow row, boolean cut) {
            rows.add(row);
            if (cut) {
                truncated.add(row.line());
            }
            if (row.boundarySplit()) {
                boundarySplits.add(row.line());
            }
        }

        @Override
        public void dropped(Dropped row) {
            dropped.add(row);
        }

        @Override
        public void skipped(RowProblem problem) {
            skipped.add(problem);
        }
    }

    /** Rows that the reader may not leave out are a failure of the dataset. */
    static TrainingFailure invalid(DataSource source, String what) {
        return new TrainingFailure(
                INVALID_DATASET, "%s: %s".formatted(Path.of(source.path()).getFileName(), what));
    }
}
