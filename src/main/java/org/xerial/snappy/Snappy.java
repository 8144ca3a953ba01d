package org.xerial.snappy;

import java.io.IOException;
import java.nio.BufferOverflowException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Unpacks Snappy's raw format in plain Java, under the name by which the Parquet library looks for it. The native library
 * of this name writes past its buffer when a page is larger than its header says, and takes the whole server with it.
 *
 * @see <a href="https://github.com/google/snappy/blob/main/format_description.txt">the format</a>
 */
public final class Snappy {

    private static final int LONGEST_SHORT_LITERAL = 60;

    private Snappy() {}

    /**
     * @param plain filled from its position on; its limit becomes the end of what is unpacked
     * @return bytes unpacked
     * @throws IOException if the data is damaged, or more than {@code plain} has room for
     */
    public static int uncompress(ByteBuffer packed, ByteBuffer plain) throws IOException {
        ByteBuffer in = packed.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer out = plain.duplicate();
        int start = out.position();
        try {
            long length = length(in);
            if (length > out.remaining()) {
                throw new IOException(
                        "a page holds %d bytes where its header says %d".formatted(length, out.remaining()));
            }
            out.limit(start + (int) length);
            while (in.hasRemaining()) {
                element(in, out, start);
            }
            if (out.hasRemaining()) {
                throw new IOException("a page ends %d bytes too early".formatted(out.remaining()));
            }
            plain.limit(out.limit());
            return (int) length;
        } catch (BufferUnderflowException | BufferOverflowException | IndexOutOfBoundsException e) {
            throw new IOException("damaged Snappy data", e);
        }
    }

    /** Seven bits a byte, the lowest first. */
    private static long length(ByteBuffer in) throws IOException {
        long length = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            byte b = in.get();
            length |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return length;
            }
        }
        throw new IOException("damaged Snappy data: a length of more than 32 bits");
    }

    /** Bytes that stand there, or a copy of earlier ones. */
    private static void element(ByteBuffer in, ByteBuffer out, int start) throws IOException {
        int tag = in.get() & 0xff;
        switch (tag & 3) {
            case 0 -> literal(in, out, tag >>> 2);
            case 1 -> copy(out, start, (tag >>> 5) << 8 | in.get() & 0xff, 4 + (tag >>> 2 & 7));
            case 2 -> copy(out, start, in.getShort() & 0xffff, 1 + (tag >>> 2));
            default -> copy(out, start, in.getInt(), 1 + (tag >>> 2));
        }
    }

    private static void literal(ByteBuffer in, ByteBuffer out, int code) {
        int length = code;
        if (code >= LONGEST_SHORT_LITERAL) {
            length = 0;
            for (int i = 0; i <= code - LONGEST_SHORT_LITERAL; i++) {
                length |= (in.get() & 0xff) << 8 * i;
            }
        }
        out.put(in.slice(in.position(), length + 1));
        in.position(in.position() + length + 1);
    }

    /** A copy may run into what it writes: with an offset of 1 it repeats one byte. */
    private static void copy(ByteBuffer out, int start, int offset, int length) throws IOException {
        int from = out.position() - offset;
        if (offset <= 0 || from < start) {
            throw new IOException("damaged Snappy data: a copy from before the beginning");
        }
        if (offset >= length) {
            out.put(out.slice(from, length));
            return;
        }
        for (int i = 0; i < length; i++) {
            out.put(out.get(from + i));
        }
    }
}
