package dev.tandem.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Folders stored by content on the local file system: {@code trees/<hex>} holds the files, {@code manifests/<hex>} names
 * them, {@code staging} is where they grow. A folder is in {@code trees} whole or not at all.
 */
public final class BlobStore {

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private final Path root;
    private final StagingArea staging;
    private final Turn turn;

    public BlobStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
        this.staging = new StagingArea(this.root.resolve("staging"));
        this.turn = new Turn(this.root);
    }

    /** An empty folder on the store's own file system; gone when closed, unless committed. */
    public Staging stage() {
        return staging.open();
    }

    /**
     * Makes the staged folder durable under its digest. Content that is stored already is kept as it is and the staged
     * copy goes.
     */
    public StoredTree commit(Staging staging) {
        StoredTree tree = seal(staging);
        publish(staging, tree);
        return tree;
    }

    /** The slow half of {@link #commit}: hashes the staged files and syncs them to disk. Nothing shows yet. */
    public StoredTree seal(Staging staging) {
        try {
            Manifest manifest = Manifest.of(staging.folder());
            for (StoredFile file : manifest.files()) {
                Durable.sync(staging.folder().resolve(file.name()));
            }
            Durable.sync(staging.folder());
            return manifest.tree();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot store " + staging.folder(), e);
        }
    }

    /** The quick half of {@link #commit}: renames a sealed folder to where its digest says. */
    public void publish(Staging staging, StoredTree sealed) {
        Path target = tree(sealed.digest());
        try {
            turn.take(() -> {
                writeManifest(sealed);
                folder("trees");
                if (Files.isDirectory(target)) {
                    touch(target); // it is wanted again, so it is no leftover for a while
                } else {
                    touch(staging.folder());
                    Files.move(staging.folder(), target, StandardCopyOption.ATOMIC_MOVE);
                }
                return target;
            });
            Durable.sync(root.resolve("trees"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot store " + target, e);
        }
        staging.close();
    }

    private static void touch(Path folder) throws IOException {
        Files.setLastModifiedTime(folder, FileTime.fromMillis(System.currentTimeMillis()));
    }

    private void writeManifest(StoredTree sealed) throws IOException {
        Path manifest = manifest(sealed.digest());
        folder("manifests");
        Path draft = draft();
        try {
            Files.writeString(draft, new Manifest(sealed.files()).text());
            Durable.sync(draft);
            Files.move(draft, manifest, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(draft);
        }
        Durable.sync(root.resolve("manifests"));
    }

    /** The folder of this digest. */
    public Path path(String digest) {
        Path folder = tree(digest);
        if (!Files.isDirectory(folder)) {
            throw new IllegalStateException("nothing is stored as %s below %s".formatted(digest, root));
        }
        return folder;
    }

    public boolean contains(String digest) {
        return Files.isDirectory(tree(digest));
    }

    /** The files of this digest, sorted by name. */
    public List<StoredFile> files(String digest) {
        Path folder = path(digest);
        try {
            return Manifest.parse(Files.readString(manifest(digest)), folder).files();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    /** Digests of all that is stored; half of a folder that a crash left counts too. */
    public Set<String> digests() {
        var found = new TreeSet<String>();
        for (String part : List.of("trees", "manifests")) {
            try (Stream<Path> paths = Files.list(folder(part))) {
                paths.map(path -> Hashes.PREFIX + path.getFileName())
                        .filter(digest -> DIGEST.matcher(digest).matches())
                        .forEach(found::add);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot list " + root.resolve(part), e);
            }
        }
        return found;
    }

    /** Removes the content; readers that have a file open keep it. The caller knows that nobody needs it. */
    public void delete(String digest) {
        deleteIfOlder(digest, Instant.MAX);
    }

    /**
     * Removes the content if it was not committed since {@code then}, not even by someone who found it there.
     *
     * @return whether it went
     */
    public boolean deleteIfOlder(String digest, Instant then) {
        Path folder = tree(digest);
        try {
            Path doomed = staging.unused();
            boolean goes = turn.take(() -> {
                Path newest = Files.isDirectory(folder) ? folder : manifest(digest);
                if (!Files.exists(newest)
                        || !Files.getLastModifiedTime(newest).toInstant().isBefore(then)) {
                    return false;
                }
                if (Files.isDirectory(folder)) {
                    Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
                }
                Files.deleteIfExists(manifest(digest));
                return true;
            });
            Durable.deleteTree(doomed);
            return goes;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }

    /**
     * Tells every process that shares this store that something is in use, until the answer is closed or this process ends.
     *
     * @param thing an id: letters, digits and underscores
     */
    public Mark mark(String thing) {
        try {
            Hold hold = staging.mark(thing);
            return () -> {
                try {
                    hold.close();
                } catch (IOException e) {
                    throw new UncheckedIOException("cannot end the use of " + thing, e);
                }
            };
        } catch (IOException e) {
            throw new UncheckedIOException("cannot mark %s as in use below %s".formatted(thing, root), e);
        }
    }

    /** Whether any living process, this one too, has marked it. */
    public boolean isMarked(String thing) {
        try {
            return staging.isMarked(thing);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot see whether %s is in use below %s".formatted(thing, root), e);
        }
    }

    /** Removes what crashed writers left, in the staging area before {@code then}; the number of folders removed. */
    public int sweep(Instant then) {
        try {
            turn.take(() -> Files.deleteIfExists(draft()));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the manifest that a crash left half written, " + draft(), e);
        }
        return staging.sweep(then);
    }

    /** Where the one writer whose turn it is writes a manifest. */
    private Path draft() {
        return root.resolve("manifests").resolve(".draft");
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(root.resolve(name));
    }

    private Path tree(String digest) {
        return root.resolve("trees").resolve(hex(digest));
    }

    private Path manifest(String digest) {
        return root.resolve("manifests").resolve(hex(digest));
    }

    private static String hex(String digest) {
        if (!DIGEST.matcher(digest).matches()) {
            throw new IllegalArgumentException("a digest must be sha256: and 64 hex digits, was " + digest);
        }
        return digest.substring(Hashes.PREFIX.length());
    }
}
