package dev.tandem.text;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** What a packed file unpacks to, up to limits: a file of some kilobytes can hold gigabytes of nothing. */
final class UnpackedBytes extends FilterInputStream {

    /** Text packs to a tenth; the same few words over and over to a fiftieth; nothing but one character to a thousandth. */
    private static final long RATIO = 200;

    /** So much may come of any file. */
    private static final long FREE = 1 << 24;

    private final long packed;
    private final long limit;
    private long read;

    /** @param packed size of the file */
    UnpackedBytes(InputStream in, long packed, long limit) {
        super(in);
        this.packed = packed;
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
        if (read > FREE && read / RATIO > packed) {
            throw new UnreadableFile(
                    "too_large",
                    "the file unpacks to more than %d times its %d bytes, as no rows do; send it unpacked"
                            .formatted(RATIO, packed));
        }
    }

    static UnreadableFile tooLarge(long limit) {
        return new UnreadableFile(
                "too_large",
                "the file unpacks to more than %d bytes; split it, or raise tandem.datasets.max-unpacked-size"
                        .formatted(limit));
    }
}
