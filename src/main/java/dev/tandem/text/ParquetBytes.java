package dev.tandem.text;

import dev.hardwood.InputFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A Parquet file that can be read a few times over and not more: a damaged page header can send the library back to where
 * it was, which it would do for ever, waiting for itself. What is read is copied, not mapped, for a thread of the library
 * may still unpack a page when another has found the file to be damaged and closes it.
 */
final class ParquetBytes implements InputFile {

    private static final int TIMES_OVER = 4;
    private static final long SMALLEST_PAGE = 8;
    private static final long FOOTERS = 1 << 20;

    private final Path path;
    private final AtomicLong spent = new AtomicLong();
    private @Nullable FileChannel channel;
    private long length;

    ParquetBytes(Path path) {
        this.path = path;
    }

    @Override
    public void open() throws IOException {
        if (channel == null) {
            channel = FileChannel.open(path, StandardOpenOption.READ);
            length = channel.size();
        }
    }

    @Override
    public ByteBuffer readRange(long offset, int count) throws IOException {
        FileChannel opened = channel;
        if (opened == null || offset < 0 || count < 0 || offset + count > length) {
            throw new IOException("a page lies outside the file");
        }
        if (spent.addAndGet(count + SMALLEST_PAGE) > TIMES_OVER * length + FOOTERS) {
            throw new IOException("a page leads back to an earlier one");
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(count);
        while (bytes.hasRemaining()) {
            if (opened.read(bytes, offset + bytes.position()) < 0) {
                throw new EOFException("the file has become shorter");
            }
        }
        return bytes.flip();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public String name() {
        return String.valueOf(path.getFileName());
    }

    @Override
    public void close() throws IOException {
        if (channel != null) {
            channel.close();
        }
    }
}
