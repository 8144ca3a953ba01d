package dev.tandem.text;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Cuts a stream into lines without ever holding more than {@link #LIMIT} bytes of one. */
final class JsonLines {

    /** Far above any row that fits a model's context; a longer line is a file that is not JSONL. */
    static final int LIMIT = 16 << 20;

    private final InputStream in;
    private final byte[] chunk = new byte[1 << 16];
    private int next;
    private int filled;
    private long number;
    private long offset;
    private byte[] line = new byte[1 << 12];

    /** @param offset of the first byte that {@code in} gives, in the file */
    JsonLines(InputStream in, long offset) {
        this.in = in;
        this.offset = offset;
    }

    /**
     * One line without its end.
     *
     * @param number from 1
     * @param offset of its first byte in the file
     * @param length in bytes, also of a line that was too long to keep
     * @param bytes null if the line is longer than {@link #LIMIT}
     */
    record Line(long number, long offset, long length, byte @Nullable [] bytes) {

        boolean isBlank() {
            if (bytes == null) {
                return false;
            }
            for (byte b : bytes) {
                if (b < 0 || b > ' ') {
                    return false;
                }
            }
            return true;
        }
    }

    /** The next line, or null after the last. */
    @Nullable
    Line read() throws IOException {
        long start = offset;
        long length = 0;
        while (next < filled || fill()) {
            int end = next;
            while (end < filled && chunk[end] != '\n') {
                end++;
            }
            int count = end - next;
            keep(length, count);
            length += count;
            boolean complete = end < filled;
            next = complete ? end + 1 : end;
            offset += count + (complete ? 1 : 0);
            if (complete) {
                return line(start, length);
            }
        }
        return length == 0 ? null : line(start, length);
    }

    private Line line(long start, long length) {
        number++;
        return new Line(number, start, length, length > LIMIT ? null : Arrays.copyOf(line, (int) length));
    }

    private void keep(long length, int count) {
        if (length + count > LIMIT) {
            return;
        }
        int needed = (int) length + count;
        if (needed > line.length) {
            line = Arrays.copyOf(line, Math.max(needed, Math.min(LIMIT, 2 * line.length)));
        }
        System.arraycopy(chunk, next, line, (int) length, count);
    }

    private boolean fill() throws IOException {
        next = 0;
        filled = Math.max(0, in.read(chunk));
        return filled > 0;
    }
}
