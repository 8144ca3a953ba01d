package dev.tandem.training;

import dev.tandem.storage.Durable;
import dev.tandem.text.TokenizedRow;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Log-probabilities that one reference gave to rows, by the rows' token ids. What a row's numbers are depends on the
 * reference and the row alone, so runs with other losses, rates or batches share them. Every writer appends to a file
 * of its own: two at once never meet, and a record that a crash cut off is left out by its checksum.
 *
 * <p>A record: SHA-256 of the row's ids (32 bytes), number of values (int32), values (fp32), CRC-32 of all before.
 */
final class ReferenceCache implements AutoCloseable {

    private static final String SUFFIX = ".logps";
    private static final int KEY_BYTES = 32;
    private static final int MOST_VALUES = 1 << 24;

    private final @Nullable Path folder;
    private final Map<ByteBuffer, float[]> known = new HashMap<>();
    private @Nullable FileChannel own;

    private ReferenceCache(@Nullable Path folder) {
        this.folder = folder;
    }

    /** Remembers for the length of one run only. */
    static ReferenceCache inMemory() {
        return new ReferenceCache(null);
    }

    /**
     * @param folder of one reference and one way to compute; made when it is missing
     * @param wanted rows whose numbers are read; those of others stay on disk
     */
    static ReferenceCache open(Path folder, Iterable<TokenizedRow> wanted) throws IOException {
        Files.createDirectories(folder);
        var cache = new ReferenceCache(folder);
        var keys = new HashSet<ByteBuffer>();
        wanted.forEach(row -> keys.add(key(row)));
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> sorted = files.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
            for (Path file : sorted) {
                cache.read(file, keys);
            }
        }
        return cache;
    }

    private void read(Path file, Set<ByteBuffer> wanted) throws IOException {
        try (var in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
            while (true) {
                byte[] head = in.readNBytes(KEY_BYTES + Integer.BYTES);
                if (head.length < KEY_BYTES + Integer.BYTES) {
                    return;
                }
                int count = ByteBuffer.wrap(head).getInt(KEY_BYTES);
                if (count < 0 || count > MOST_VALUES) {
                    return;
                }
                byte[] values = new byte[count * Float.BYTES];
                in.readFully(values);
                if (in.readInt() != checksum(head, values)) {
                    return; // what follows cannot be trusted either
                }
                ByteBuffer key = ByteBuffer.wrap(Arrays.copyOf(head, KEY_BYTES));
                if (wanted.contains(key)) {
                    float[] logps = new float[count];
                    ByteBuffer.wrap(values).asFloatBuffer().get(logps);
                    known.putIfAbsent(key, logps);
                }
            }
        } catch (EOFException e) {
            return; // the last record was cut off; its row is computed again
        }
    }

    /** One for each predicted token, the chosen side's before the rejected side's; null if it is not known. */
    float @Nullable [] find(TokenizedRow row) {
        return known.get(key(row));
    }

    /** @throws IOException if it cannot be kept for other runs; this one knows it all the same */
    void put(TokenizedRow row, float[] logps) throws IOException {
        ByteBuffer key = key(row);
        if (known.put(key, logps) != null || folder == null) {
            return;
        }
        if (own == null) {
            own = FileChannel.open(
                    folder.resolve(UUID.randomUUID() + SUFFIX),
                    StandardOpenOption.CREATE_NEW,
                    StandardOpenOption.APPEND);
        }
        var head = ByteBuffer.allocate(KEY_BYTES + Integer.BYTES)
                .put(key.duplicate())
                .putInt(logps.length)
                .array();
        var values = ByteBuffer.allocate(logps.length * Float.BYTES);
        values.asFloatBuffer().put(logps);
        var record = ByteBuffer.allocate(head.length + values.capacity() + Integer.BYTES)
                .put(head)
                .put(values.array())
                .putInt(checksum(head, values.array()))
                .flip();
        while (record.hasRemaining()) {
            own.write(record);
        }
    }

    /** Makes what was put survive a power cut. */
    void sync() throws IOException {
        if (own != null && folder != null) {
            own.force(false);
            Durable.sync(folder);
        }
    }

    private static int checksum(byte[] head, byte[] values) {
        var crc = new CRC32();
        crc.update(head);
        crc.update(values);
        return (int) crc.getValue();
    }

    private static ByteBuffer key(TokenizedRow row) {
        MessageDigest sha = RunData.sha256();
        RunData.update(sha, row);
        return ByteBuffer.wrap(sha.digest());
    }

    @Override
    public void close() throws IOException {
        if (own != null) {
            own.close();
        }
    }
}
