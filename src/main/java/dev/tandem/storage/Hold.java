package dev.tandem.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Tells every process that a folder is in use, however long nothing is written to it: a locked file beside it, which the
 * system unlocks when its process dies.
 */
final class Hold implements AutoCloseable {

    static final String SUFFIX = ".lock";

    /** Closing any channel to a file drops all locks that this process has on it, so one's own are not even opened. */
    private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final FileChannel channel;

    private Hold(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /** @param folder that is not there yet */
    static Hold of(Path folder) throws IOException {
        Path file = file(real(folder));
        OWN.add(file);
        FileChannel channel = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            channel.lock();
            var hold = new Hold(file, channel);
            channel = null;
            return hold;
        } finally {
            if (channel != null) {
                channel.close();
                OWN.remove(file);
            }
        }
    }

    private static Path real(Path folder) throws IOException {
        Path parent = Objects.requireNonNull(folder.getParent(), "what can be held lies in a folder");
        return parent.toRealPath().resolve(folder.getFileName());
    }

    /** Whether a living process holds the folder. */
    static boolean isOn(Path folder) throws IOException {
        Path file = file(real(folder));
        if (OWN.contains(file)) {
            return true;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return channel.tryLock() == null;
        } catch (NoSuchFileException e) {
            return false;
        }
    }

    private static Path file(Path folder) {
        return folder.resolveSibling(folder.getFileName() + SUFFIX);
    }

    @Override
    public void close() throws IOException {
        channel.close();
        OWN.remove(file);
        Files.deleteIfExists(file);
    }
}
