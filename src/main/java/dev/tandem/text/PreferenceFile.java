package dev.tandem.text;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.PreferenceRow;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** Reads a dataset file row by row, holding few in memory: JSON Lines or one JSON array, gzipped or not, or Parquet. */
public final class PreferenceFile {

    private static final byte[] BOM = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};

    private PreferenceFile() {}

    /** Receives every row of the file, good or bad, in file order. */
    public interface Visitor {

        void row(PreferenceRow row);

        void problem(RowProblem problem);
    }

    /** Reads fields by their own names, however much the file unpacks to. */
    public static Reading.Found read(Path file, DatasetFormat format, Visitor visitor) throws IOException {
        return read(file, Reading.as(format), visitor);
    }

    /**
     * Rows are counted by lines, those of Parquet from 1.
     *
     * @throws IOException if the file itself cannot be read; a bad line is a problem, not an exception
     * @throws UnreadableFile if the file is damaged, unpacks to more than is allowed, or lacks a mapped column
     */
    public static Reading.Found read(Path file, Reading how, Visitor visitor) throws IOException {
        FileKind kind = FileKind.of(file);
        var columns = new Columns(how.columns(), kind == FileKind.PARQUET);
        var rows = new RowReader(how.format(), columns);
        if (kind == FileKind.PARQUET) {
            readTable(file, how, rows, visitor, columns);
        } else {
            readText(file, kind, how, rows, visitor);
        }
        columns.requireMapped();
        return new Reading.Found(rows.format(), columns.ignored());
    }

    private static void readTable(Path file, Reading how, RowReader rows, Visitor visitor, Columns columns)
            throws IOException {
        try (var table = new ParquetRows(file, columns, how.maxUnpackedBytes())) {
            for (long number = 1; table.hasNext(); number++) {
                try {
                    visitor.row(rows.read(number, RowJson.checked(table.next())));
                } catch (BadRow e) {
                    visitor.problem(e.at(number));
                }
            }
        }
    }

    private static void readText(Path file, FileKind kind, Reading how, RowReader rows, Visitor visitor)
            throws IOException {
        try (InputStream in = new BufferedInputStream(open(file, kind, how.maxUnpackedBytes()))) {
            int start = skipBom(in);
            if (firstCharacter(in) == '[') {
                JsonArrayFile.read(in, rows, visitor);
            } else {
                readLines(new JsonLines(in, start), rows, visitor);
            }
        } catch (EOFException | ZipException e) {
            String found = e.getMessage() == null ? "it ends too early" : e.getMessage();
            throw new UnreadableFile(
                    "damaged_file", "the file is cut or damaged: %s; send it again".formatted(found), e);
        }
    }

    private static InputStream open(Path file, FileKind kind, long maxUnpackedBytes) throws IOException {
        InputStream in = Files.newInputStream(file);
        return kind == FileKind.GZIP
                ? new UnpackedBytes(new GZIPInputStream(in, 1 << 16), Files.size(file), maxUnpackedBytes)
                : in;
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
        if (Arrays.equals(in.readNBytes(BOM.length), BOM)) {
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
