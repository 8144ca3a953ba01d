package dev.tandem.launcher;

import dev.tandem.launcher.WorkerLauncher.Attempt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What workers print, one file for each attempt: {@code <job>/<epoch>.log}. Read in parts, however long they are. A log may go
 * with its job while it is read: what is gone has nothing in it.
 */
final class WorkerLogs {

    private static final int BLOCK = 1 << 16;

    private final Path folder;

    WorkerLogs(Path folder) {
        this.folder = folder;
    }

    Path file(Attempt attempt) {
        return folder.resolve(attempt.job()).resolve(attempt.epoch() + ".log");
    }

    /** The last lines of one attempt. */
    List<String> tail(Attempt attempt, int lines) {
        return from(file(attempt), List.of(), log -> {
            long start = new Tail(lines).start(log);
            return text(read(log, start, Math.toIntExact(Math.min(log.size() - start, Integer.MAX_VALUE / 2))))
                    .lines()
                    .toList();
        });
    }

    /** Where the last lines of all attempts of the job begin. */
    LogMark start(String job, int lines) {
        var tail = new Tail(lines);
        var start = LogMark.BEGINNING;
        for (var attempt : files(job).descendingMap().entrySet()) {
            start = from(attempt.getValue(), start, log -> new LogMark(attempt.getKey(), tail.start(log)));
            if (tail.isFull()) {
                break;
            }
        }
        return start;
    }

    /**
     * The next part behind a place: whole lines of one attempt, or the rest of an attempt that others follow.
     *
     * @param over whether nothing is printed any more, so that a line that has no end is one all the same
     */
    LogPart read(String job, LogMark from, boolean over) {
        NavigableMap<Long, Path> files = files(job).tailMap(from.epoch(), true);
        for (var attempt : files.entrySet()) {
            boolean last = attempt.getKey().equals(files.lastKey());
            long offset = attempt.getKey() == from.epoch() ? from.offset() : 0;
            byte[] block = read(attempt.getValue(), offset);
            int length = block.length == BLOCK || (last && !over) ? wholeLines(block) : block.length;
            if (length > 0) {
                String text = text(ByteBuffer.wrap(block, 0, length));
                boolean cut = length < BLOCK && block[length - 1] != '\n';
                return new LogPart(cut ? text + "\n" : text, new LogMark(attempt.getKey(), offset + length));
            }
        }
        return new LogPart("", from);
    }

    /** Up to the last end of a line; everything, if one line fills the block. */
    private static int wholeLines(byte[] block) {
        for (int i = block.length; i > 0; i--) {
            if (block[i - 1] == '\n') {
                return i;
            }
        }
        return block.length == BLOCK ? BLOCK : 0;
    }

    private static byte[] read(Path file, long offset) {
        return from(file, new byte[0], log -> {
            ByteBuffer block = read(log, offset, BLOCK);
            byte[] bytes = new byte[block.remaining()];
            block.get(bytes);
            return bytes;
        });
    }

    private static <T> T from(Path file, T ifGone, Reading<T> reading) {
        try (SeekableByteChannel log = Files.newByteChannel(file)) {
            return reading.read(log);
        } catch (NoSuchFileException e) {
            return ifGone;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private interface Reading<T> {
        T read(SeekableByteChannel log) throws IOException;
    }

    private static ByteBuffer read(SeekableByteChannel log, long offset, int most) throws IOException {
        ByteBuffer block = ByteBuffer.allocate((int) Math.clamp(log.size() - offset, 0, most));
        log.position(offset);
        while (block.hasRemaining() && log.read(block) >= 0) {}
        return block.flip();
    }

    /** A native library may print any byte; a strict reader would refuse the whole log for it. */
    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private NavigableMap<Long, Path> files(String job) {
        var files = new TreeMap<Long, Path>();
        Path logs = folder.resolve(job);
        try (Stream<Path> all = Files.list(logs)) {
            all.forEach(log -> files.put(epoch(log), log));
        } catch (NoSuchFileException e) {
            return files; // no attempt has begun, or the job is deleted
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + logs, e);
        }
        return files;
    }

    private static long epoch(Path log) {
        return Long.parseLong(log.getFileName().toString().replace(".log", ""));
    }

    /** Looks for the last lines from the end on, through several logs if one has too few. */
    private static final class Tail {

        private int missing;

        Tail(int lines) {
            this.missing = lines;
        }

        boolean isFull() {
            return missing == 0;
        }

        /** Where in the log the lines begin; 0 if it has not all of them. */
        long start(SeekableByteChannel log) throws IOException {
            long end = log.size();
            if (missing == 0 || end == 0) {
                return end;
            }
            for (long from = Math.max(0, end - BLOCK), to = end; to > 0; to = from, from = Math.max(0, from - BLOCK)) {
                ByteBuffer block = read(log, from, (int) (to - from));
                for (int i = block.limit() - 1; i >= 0; i--) {
                    boolean endsLine = block.get(i) == '\n' && from + i + 1 < end;
                    if (endsLine && --missing == 0) {
                        return from + i + 1;
                    }
                }
            }
            missing--; // the first line has no line's end before it
            return 0;
        }
    }
}
