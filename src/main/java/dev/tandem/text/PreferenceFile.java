package dev.tandem.text;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.PreferenceRow;
import java.io.IOException;
import java.nio.file.Path;

/** Reads a dataset file row by row, holding one row in memory. */
public final class PreferenceFile {

    private PreferenceFile() {}

    /** Receives every row of the file, good or bad, in file order. */
    public interface Visitor {

        void row(PreferenceRow row);

        void problem(RowProblem problem);
    }

    /** @throws IOException if the file itself cannot be read; a bad line is a problem, not an exception */
    public static void read(Path file, DatasetFormat format, Visitor visitor) throws IOException {
        throw new IOException("stub " + file + format + visitor);
    }
}
