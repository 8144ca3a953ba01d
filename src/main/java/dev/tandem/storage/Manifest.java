package dev.tandem.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * The files of a folder as {@code sha256sum} writes them, sorted by name. Its own SHA-256 is the digest of the folder, so
 * {@code sha256sum -c} checks a stored folder without this program.
 */
record Manifest(List<StoredFile> files) {

    /** Reads and hashes every file; a folder within, a link or a refused name is an error. */
    static Manifest of(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> list = Files.list(folder)) {
            paths = list.sorted((a, b) -> name(a).compareTo(name(b))).toList();
        }
        var files = new ArrayList<StoredFile>();
        for (Path path : paths) {
            if (!Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                throw new InvalidFileName(
                        "\"%s\" is not a plain file; a stored folder holds nothing else".formatted(name(path)));
            }
            files.add(new StoredFile(FileNames.check(name(path)), hash(path), Files.size(path)));
        }
        return new Manifest(files);
    }

    static Manifest parse(String text, Path folder) throws IOException {
        var files = new ArrayList<StoredFile>();
        for (String line : text.lines().toList()) {
            String name = line.substring(66);
            files.add(new StoredFile(name, Hashes.PREFIX + line.substring(0, 64), Files.size(folder.resolve(name))));
        }
        return new Manifest(files);
    }

    String text() {
        var text = new StringBuilder();
        for (StoredFile file : files) {
            text.append(file.digest().substring(Hashes.PREFIX.length()))
                    .append("  ")
                    .append(file.name())
                    .append('\n');
        }
        return text.toString();
    }

    StoredTree tree() {
        byte[] hash = Hashes.sha256().digest(text().getBytes(StandardCharsets.UTF_8));
        long size = files.stream().mapToLong(StoredFile::sizeBytes).sum();
        return new StoredTree(Hashes.PREFIX + HexFormat.of().formatHex(hash), size, List.copyOf(files));
    }

    private static String hash(Path file) throws IOException {
        MessageDigest digest = Hashes.sha256();
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Hashes.PREFIX + HexFormat.of().formatHex(digest.digest());
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
