package dev.tandem.spec;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.core.JacksonException;

/**
 * The write-ahead log of an attempt: one envelope a line, numbered from 1. Its worker writes it; whoever ends the attempt
 * of a worker that is gone reads what that worker could not deliver.
 */
public final class ReportFile {

    private ReportFile() {}

    /** Where the log of an attempt lies in the state folder of its worker. */
    public static Path in(Path stateFolder, String job, long epoch) {
        return stateFolder.resolve("%s-%d.wal".formatted(job, epoch));
    }

    /** The envelope of this line; empty if a crash cut the line short or it is not the one with this number. */
    public static Optional<Report.Envelope> parse(byte[] bytes, int offset, int length, long seq) {
        try {
            Report.Envelope envelope = Wire.JSON.readValue(bytes, offset, length, Report.Envelope.class);
            return envelope != null && envelope.seq() == seq ? Optional.of(envelope) : Optional.empty();
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    /**
     * Gives the reports behind {@code after}, first to last. A log that is not there has none, and one that a crash cut
     * short ends with its last whole line.
     *
     * @param most reports in one list
     */
    public static void read(Path file, long after, int most, Consumer<List<Report.Envelope>> reader)
            throws IOException {
        var batch = new ArrayList<Report.Envelope>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            long seq = 1;
            for (Optional<Report.Envelope> next = next(in, seq); next.isPresent(); next = next(in, seq)) {
                if (seq++ > after) {
                    batch.add(next.get());
                }
                if (batch.size() == most) {
                    reader.accept(List.copyOf(batch));
                    batch.clear();
                }
            }
        } catch (NoSuchFileException e) {
            return; // delivered and deleted, or never begun
        }
        if (!batch.isEmpty()) {
            reader.accept(List.copyOf(batch));
        }
    }

    private static Optional<Report.Envelope> next(InputStream in, long seq) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                return parse(line.toByteArray(), 0, line.size(), seq);
            }
            line.write(b);
        }
        return Optional.empty();
    }
}
