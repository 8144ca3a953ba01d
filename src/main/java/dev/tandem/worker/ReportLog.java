package dev.tandem.worker;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Report;
import dev.tandem.spec.ReportFile;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.Wire;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The write-ahead log of an attempt: a report is a line of this file before it is sent, and the file is the queue from
 * which it is sent. A line that a crash cut short was never sent, so it is dropped when the log is opened again.
 */
final class ReportLog implements AutoCloseable {

    private static final int MOST_REPORTS = 500;
    private static final int MOST_BYTES = 1 << 20;

    private final Path path;
    private final FileChannel file;

    /** Line n (from 1, its {@code seq}) lies from {@code ends[n - 1]} to {@code ends[n]}. */
    private long[] ends = new long[1024];

    private int last;
    private int accepted;
    private @Nullable Report lastReport;

    /** Lines {@code first} to {@code last} as a JSON list. */
    record Batch(int first, int last, byte[] json) {}

    ReportLog(Path path) throws IOException {
        this.path = path;
        Files.createDirectories(path.toAbsolutePath().getParent());
        file = FileChannel.open(path, CREATE, READ, WRITE);
        if (file.tryLock() == null) {
            throw new IOException("%s is in use; another worker of this attempt is running".formatted(path));
        }
        recover();
    }

    private void recover() throws IOException {
        // Read whole: there is something to read only after a crash of a worker of this very attempt.
        byte[] bytes = Files.readAllBytes(path);
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                Optional<Report> report =
                        ReportFile.parse(bytes, start, i - start, last + 1L).map(Report.Envelope::report);
                if (report.isEmpty()) {
                    break;
                }
                start = i + 1;
                add(report.get(), start);
            }
        }
        file.truncate(start);
    }

    private void add(Report report, long end) {
        last++;
        if (last == ends.length) {
            ends = Arrays.copyOf(ends, 2 * last);
        }
        ends[last] = end;
        lastReport = report;
    }

    /** Writes the report down; one that another process builds on is on the disk when this returns. */
    synchronized void append(Report report) {
        byte[] line = Wire.JSON.writeValueAsBytes(new Report.Envelope(last + 1L, report));
        try {
            write(line);
            add(report, ends[last] + line.length + 1);
            if (mustLast(report)) {
                file.force(false);
            }
        } catch (IOException e) {
            throw new TrainingFailure(FailureKind.STORAGE, "cannot write the report log %s".formatted(path), e);
        }
        notifyAll();
    }

    private void write(byte[] line) throws IOException {
        long start = ends[last];
        ByteBuffer buffer =
                ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
        try {
            while (buffer.hasRemaining()) {
                file.write(buffer, start + buffer.position());
            }
        } catch (IOException e) {
            file.truncate(start);
            throw e;
        }
    }

    private static boolean mustLast(Report report) {
        return switch (report) {
            case Report.CheckpointSaved c -> true;
            case Report.Succeeded s -> true;
            case Report.Failed f -> true;
            case Report.Stopped s -> true;
            case Report.Started s -> false;
            case Report.Metrics m -> false;
            case Report.Event e -> false;
        };
    }

    /** The report written last, in this process or in a former one of the same attempt. */
    synchronized Optional<Report> lastReport() {
        return Optional.ofNullable(lastReport);
    }

    /** Waits for reports that the server does not have. They are on the disk: a seq once sent is never given anew. */
    synchronized Batch next() throws IOException, InterruptedException {
        while (accepted == last) {
            wait();
        }
        file.force(false);
        int first = accepted + 1;
        int end = first;
        while (end < last && end - accepted < MOST_REPORTS && ends[end + 1] - ends[accepted] <= MOST_BYTES) {
            end++;
        }
        return new Batch(first, end, list(ends[accepted], ends[end]));
    }

    private byte[] list(long from, long to) throws IOException {
        ByteBuffer json = ByteBuffer.allocate(Math.toIntExact(to - from) + 1);
        json.put((byte) '[');
        while (json.hasRemaining()) {
            if (file.read(json, from + json.position() - 1) < 0) {
                throw new IOException("%s is shorter than what was written to it".formatted(path));
            }
        }
        byte[] bytes = json.array();
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                bytes[i] = ',';
            }
        }
        bytes[bytes.length - 1] = ']';
        return bytes;
    }

    /** Notes what the server has; less than it had before if it was set back to an older state. */
    synchronized void accept(long through) {
        accepted = (int) Math.clamp(through, 0, last);
        notifyAll();
    }

    /** @return whether the server has everything within this time */
    synchronized boolean awaitAccepted(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (accepted < last) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return true;
    }

    /** Everything is delivered: nobody reads this log again. */
    synchronized void delete() throws IOException {
        Files.deleteIfExists(path);
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
