package dev.tandem.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Lets one thread of one process at a time change what a store shows, by a lock on a file that dies with its process. */
final class Turn {

    private static final Map<Path, ReentrantLock> OURS = new ConcurrentHashMap<>();

    private final Path root;

    Turn(Path root) {
        this.root = root;
    }

    /** What is done in a turn. */
    interface Work<T> {
        T run() throws IOException;
    }

    <T> T take(Work<T> work) throws IOException {
        // Within the process first: its threads share file locks, and closing one channel would drop another's lock.
        ReentrantLock ours =
                OURS.computeIfAbsent(Files.createDirectories(root).toRealPath(), path -> new ReentrantLock());
        ours.lock();
        try (FileChannel file =
                FileChannel.open(root.resolve(".turn"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.lock();
            return work.run();
        } finally {
            ours.unlock();
        }
    }
}
