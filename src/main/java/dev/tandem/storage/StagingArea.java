package dev.tandem.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Where stored folders grow, and where they go to be deleted. What no living process holds was left by a crash. */
final class StagingArea {

    private final Path root;

    StagingArea(Path root) {
        this.root = root;
    }

    Staging open() {
        try {
            Path folder = unused();
            // Before the folder, so that there is no moment in which it looks like a leftover.
            Hold hold = Hold.of(folder);
            try {
                return new Staging(Files.createDirectory(folder), hold);
            } catch (IOException e) {
                hold.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a staging folder below " + root, e);
        }
    }

    /** A path for a folder that is to be deleted: out of sight in one step, so that nobody finds half of it. */
    Path unused() throws IOException {
        return Files.createDirectories(root).resolve(UUID.randomUUID().toString());
    }

    /** Holds a folder that never comes, named after what is in use; a sweep removes the locks of the dead. */
    Hold mark(String thing) throws IOException {
        return Hold.of(Files.createDirectories(root).resolve(thing + "." + UUID.randomUUID()));
    }

    boolean isMarked(String thing) throws IOException {
        for (Path path : list()) {
            String name = path.getFileName().toString();
            if (name.startsWith(thing + ".") && name.endsWith(Hold.SUFFIX) && Hold.isOn(heldBy(path))) {
                return true;
            }
        }
        return false;
    }

    private static Path heldBy(Path lock) {
        String name = lock.getFileName().toString();
        return lock.resolveSibling(name.substring(0, name.length() - Hold.SUFFIX.length()));
    }

    /** Removes what nobody holds and nobody touched since {@code then}; the number of folders removed. */
    int sweep(Instant then) {
        int removed = 0;
        try {
            for (Path path : list()) {
                removed += sweep(path, then) ? 1 : 0;
            }
            return removed;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot sweep the staging area " + root, e);
        }
    }

    private boolean sweep(Path path, Instant then) throws IOException {
        String name = path.getFileName().toString();
        if (name.endsWith(Hold.SUFFIX)) {
            Path folder = heldBy(path);
            if (!Files.exists(folder) && isLeft(folder, path, then)) {
                Files.deleteIfExists(path);
            }
            return false;
        }
        boolean left = isLeft(path, path, then);
        if (left) {
            Durable.deleteTree(path);
            Files.deleteIfExists(path.resolveSibling(name + Hold.SUFFIX));
        }
        return left;
    }

    private static boolean isLeft(Path folder, Path touched, Instant then) throws IOException {
        return Durable.lastTouched(touched).isBefore(then) && !Hold.isOn(folder);
    }

    private List<Path> list() throws IOException {
        try (Stream<Path> paths = Files.list(root)) {
            return paths.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
