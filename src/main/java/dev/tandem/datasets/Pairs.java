package dev.tandem.datasets;

import dev.tandem.spec.PreferenceRow;
import java.io.IOException;
import java.nio.file.Path;

/**
 * Finds rows that say the same and pairs that say the opposite. A pair and its opposite have one key; the lowest bit that is
 * kept beside it says which way round.
 */
final class Pairs implements AutoCloseable {

    private final KeyedLines rows;

    Pairs(Path scratch) {
        this.rows = new KeyedLines(scratch);
    }

    /** Rows that repeat, and rows that contradict, an earlier one. */
    record Found(FirstLines<Twin> duplicates, FirstLines<Twin> conflicts) {}

    void add(PreferenceRow row) {
        boolean swapped = RowHash.isSwapped(row);
        rows.add(RowHash.ofPair(row, swapped), 2 * row.line() + (swapped ? 1 : 0));
    }

    Found find() throws IOException {
        var found = new Found(
                new FirstLines<>(DatasetReport.MOST_ERRORS, Twin::line),
                new FirstLines<>(DatasetReport.MOST_ERRORS, Twin::line));
        rows.read(new Search(found));
        return found;
    }

    @Override
    public void close() throws IOException {
        rows.close();
    }

    /** Remembers the first line of the present key for both ways round. */
    private static final class Search implements KeyedLines.Reader {

        private static final long NONE = -1;

        private final Found found;
        private final long[] firsts = {NONE, NONE};
        private long key;

        Search(Found found) {
            this.found = found;
        }

        @Override
        public void line(long nextKey, long packed) {
            if (nextKey != key) {
                key = nextKey;
                firsts[0] = NONE;
                firsts[1] = NONE;
            }
            long line = packed >> 1;
            int way = (int) (packed & 1);
            if (firsts[1 - way] != NONE) {
                found.conflicts().add(new Twin(line, firsts[1 - way]));
            }
            if (firsts[way] != NONE) {
                found.duplicates().add(new Twin(line, firsts[way]));
            } else {
                firsts[way] = line;
            }
        }
    }
}
