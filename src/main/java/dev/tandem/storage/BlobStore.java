package dev.tandem.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Folders stored by content on the local file system: {@code trees/<hex>} holds the files, {@code manifests/<hex>} names
 * them, {@code staging} is where they grow. A folder is in {@code trees} whole or not at all.
 */
public final class BlobStore {

    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

    private final Path root;

    public BlobStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** An empty folder on the store's own file system; gone when closed, unless committed. */
    public Staging stage() {
        try {
            Path folder = folder("staging").resolve(UUID.randomUUID().toString());
            return new Staging(Files.createDirectory(folder));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make a staging folder below " + root, e);
        }
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
            writeManifest(sealed);
            folder("trees");
            if (!Files.isDirectory(target)) {
                moveUnlessThere(staging.folder(), target);
            }
            Durable.sync(root.resolve("trees"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot store " + target, e);
        }
        staging.close();
    }

    /** Two commits of the same content may race; either's folder is as good as the other's. */
    private static void moveUnlessThere(Path from, Path target) throws IOException {
        try {
            Files.move(from, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.isDirectory(target)) {
                throw e;
            }
        }
    }

    private void writeManifest(StoredTree sealed) throws IOException {
        Path manifest = manifest(sealed.digest());
        Path draft = folder("manifests").resolve("." + UUID.randomUUID());
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

    /** Removes the content; readers that have a file open keep it. The caller knows that nobody needs it. */
    public void delete(String digest) {
        Path folder = tree(digest);
        try {
            if (Files.isDirectory(folder)) {
                // First out of sight in one step, so that nobody finds half a folder.
                Path doomed = folder("staging").resolve(UUID.randomUUID().toString());
                Files.move(folder, doomed, StandardCopyOption.ATOMIC_MOVE);
                Durable.deleteTree(doomed);
            }
            Files.deleteIfExists(manifest(digest));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }

    /** Removes what crashed writers left in the staging area before {@code then}; the number of folders removed. */
    public int sweep(Instant then) {
        try (Stream<Path> folders = Files.list(folder("staging"))) {
            int removed = 0;
            for (Path folder : folders.toList()) {
                if (lastTouched(folder).toInstant().isBefore(then)) {
                    Durable.deleteTree(folder);
                    removed++;
                }
            }
            return removed;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot sweep the staging area below " + root, e);
        }
    }

    /** A long write touches its file, not the folder. */
    private static FileTime lastTouched(Path folder) throws IOException {
        FileTime last = Files.getLastModifiedTime(folder);
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.toList()) {
                FileTime time = Files.getLastModifiedTime(path);
                last = time.compareTo(last) > 0 ? time : last;
            }
        }
        return last;
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
