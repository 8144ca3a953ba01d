package dev.tandem.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;

/** A folder being filled; it goes when closed, unless it was committed. */
public final class Staging implements AutoCloseable {

    private final Path folder;
    private final Hold hold;

    Staging(Path folder, Hold hold) {
        this.folder = folder;
        this.hold = hold;
    }

    public Path folder() {
        return folder;
    }

    /**
     * Copies the stream into a new file of this name; a file that cannot be completed is not kept.
     *
     * @throws InvalidFileName if the name is refused
     * @throws TooLarge if there is more than {@code limit} bytes
     */
    public StoredFile write(String name, InputStream in, long limit) throws IOException {
        Path file = folder.resolve(FileNames.check(name));
        MessageDigest digest = Hashes.sha256();
        boolean complete = false;
        try (OutputStream out =
                new DigestOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW), digest)) {
            long size = copy(name, in, out, limit);
            complete = true;
            return new StoredFile(name, Hashes.PREFIX + HexFormat.of().formatHex(digest.digest()), size);
        } finally {
            if (!complete) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static long copy(String name, InputStream in, OutputStream out, long limit) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long size = 0;
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
            size += n;
            if (size > limit) {
                throw new TooLarge(name, limit);
            }
            out.write(buffer, 0, n);
        }
        return size;
    }

    @Override
    public void close() {
        try (hold) {
            Durable.deleteTree(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the staging folder " + folder, e);
        }
    }
}
