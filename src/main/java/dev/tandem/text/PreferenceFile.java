package dev.tandem.text;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.PreferenceRow;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads a dataset file row by row, holding one row in memory: JSON Lines, or one JSON array. */
public final class PreferenceFile {

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private PreferenceFile() {}

    /** Receives every row of the file, good or bad, in file order. */
    public interface Visitor {

        void row(PreferenceRow row);

        void problem(RowProblem problem);
    }

    /** @throws IOException if the file itself cannot be read; a bad line is a problem, not an exception */
    public static void read(Path file, DatasetFormat format, Visitor visitor) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            int start = skipBom(in);
            var rows = new RowReader(format);
            if (firstCharacter(in) == '[') {
                JsonArrayFile.read(in, rows, visitor);
            } else {
                readLines(new JsonLines(in, start), rows, visitor);
            }
        }
    }

    private static void readLines(JsonLines lines, RowReader rows, Visitor visitor) throws IOException {
        for (JsonLines.Line line = lines.read(); line != null; line = lines.read()) {
            if (!line.isBlank()) {
                try {
                    visitor.row(rows.read(line.number(), RowJson.parse(line)));
                } catch (BadRow e) {
                    visitor.problem(e.at(line.number()));
                }
            }
        }
    }

    private static int skipBom(InputStream in) throws IOException {
        in.mark(BOM.length);
        if (java.util.Arrays.equals(in.readNBytes(BOM.length), BOM)) {
            return BOM.length;
        }
        in.reset();
        return 0;
    }

    /** The first byte that is not white space, which is left unread; -1 if there is none near. */
    private static int firstCharacter(InputStream in) throws IOException {
        in.mark(1 << 12);
        int c = in.read();
        for (int i = 1; i < 1 << 12 && c >= 0 && c <= ' '; i++) {
            c = in.read();
        }
        in.reset();
        return c;
    }
}
