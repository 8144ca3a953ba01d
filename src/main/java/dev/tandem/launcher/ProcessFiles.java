package dev.tandem.launcher;

import dev.tandem.launcher.WorkerLauncher.Attempt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which process runs which attempt: a file {@code <server>/<job>.<epoch>} with its id and time of start. Several servers
 * may share a home. Each holds the lock of a folder of its own as long as it lives; the folder of one that died is taken
 * over by the server that sees it first, with all workers in it.
 */
final class ProcessFiles implements AutoCloseable {

    private final Path root;
    private final Map<Path, FileChannel> held = new HashMap<>();
    private final Path own;

    ProcessFiles(Path root) {
        this.root = root;
        try {
            Files.createDirectories(root);
            this.own = ownFolder();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use " + root, e);
        }
    }

    synchronized void write(Attempt attempt, ProcessHandle process) throws IOException {
        Path draft = own.resolve(".draft");
        Files.writeString(draft, process.pid() + "\n" + startOf(process) + "\n");
        Files.move(draft, own.resolve(nameOf(attempt)), StandardCopyOption.ATOMIC_MOVE);
    }

    synchronized void delete(Attempt attempt) {
        try {
            for (Path folder : held.keySet()) {
                Files.deleteIfExists(folder.resolve(nameOf(attempt)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the process file of " + attempt, e);
        }
    }

    /** The workers of servers that died since the last call; empty in place of a process that is gone. */
    synchronized Map<Attempt, Optional<ProcessHandle>> takeOver() {
        var found = new HashMap<Attempt, Optional<ProcessHandle>>();
        try {
            for (Path folder : list(root)) {
                if (!held.containsKey(folder) && hold(folder)) {
                    found.putAll(workers(folder));
                }
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + root, e);
        }
    }

    /** Those that an earlier server of this folder left. */
    synchronized Map<Attempt, Optional<ProcessHandle>> left() {
        try {
            return workers(own);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + own, e);
        }
    }

    /** The system lets go of the locks of a process that is killed. */
    @Override
    public synchronized void close() throws IOException {
        for (FileChannel channel : held.values()) {
            channel.close();
        }
        held.clear();
    }

    private Path ownFolder() throws IOException {
        int number = 1;
        while (!hold(root.resolve("server-" + number))) {
            number++;
        }
        return root.resolve("server-" + number);
    }

    private boolean hold(Path folder) throws IOException {
        Files.createDirectories(folder);
        FileChannel channel =
                FileChannel.open(folder.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            locked = channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            locked = false; // another server in this very process, as in tests
        } finally {
            if (!locked) {
                channel.close();
            }
        }
        if (locked) {
            held.put(folder, channel);
        }
        return locked;
    }

    private static Map<Attempt, Optional<ProcessHandle>> workers(Path folder) throws IOException {
        var found = new HashMap<Attempt, Optional<ProcessHandle>>();
        for (Path file : list(folder)) {
            String name = file.getFileName().toString();
            int dot = name.lastIndexOf('.');
            if (dot > 0) {
                found.put(new Attempt(name.substring(0, dot), Long.parseLong(name.substring(dot + 1))), read(file));
            }
        }
        return found;
    }

    private static List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new ArrayList<>(files.toList());
        }
    }

    /** Process ids are used again, so the time of start must be the same too. */
    private static Optional<ProcessHandle> read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        return ProcessHandle.of(Long.parseLong(lines.get(0)))
                .filter(process -> startOf(process).equals(lines.get(1)));
    }

    private static String startOf(ProcessHandle process) {
        return process.info().startInstant().map(String::valueOf).orElse("unknown");
    }

    private static String nameOf(Attempt attempt) {
        return attempt.job() + "." + attempt.epoch();
    }
}
