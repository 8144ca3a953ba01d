package dev.tandem.text;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** What a packed file unpacks to, up to a limit: a file of some kilobytes can hold gigabytes of nothing. */
final class UnpackedBytes extends FilterInputStream {

    private final long limit;
    private long read;

    UnpackedBytes(InputStream in, long limit) {
        super(in);
        this.limit = limit;
    }

    @Override
    public int read() throws IOException {
        int b = super.read();
        count(b < 0 ? 0 : 1);
        return b;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
        int count = super.read(bytes, offset, length);
        count(Math.max(0, count));
        return count;
    }

    private void count(int bytes) {
        read += bytes;
        if (read > limit) {
            throw tooLarge(limit);
        }
    }

    static UnreadableFile tooLarge(long limit) {
        return new UnreadableFile(
                "too_large",
                "the file unpacks to more than %d bytes; split it, or raise tandem.datasets.max-unpacked-size"
                        .formatted(limit));
    }
}
