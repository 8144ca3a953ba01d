package dev.tandem.home;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** The programs of PostgreSQL, unpacked once from the archive on the class path. */
final class PostgresBinaries {

    private PostgresBinaries() {}

    /** Unpacks below {@code parent} unless that was done before; answers the folder that holds {@code bin}. */
    static Path unpackedIn(Path parent) {
        Path target = parent.resolve("programs");
        if (Files.isDirectory(target)) {
            return target;
        }
        Path partial = parent.resolve("programs.partial");
        try (InputStream archive = archive()) {
            delete(partial);
            unpack(archive, partial);
            Files.move(partial, target);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unpack PostgreSQL into " + target, e);
        }
    }

    private static InputStream archive() throws IOException {
        String system = System.getProperty("os.name");
        boolean mac = system.startsWith("Mac");
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        String machine = arm ? "arm_64" : "x86_64";
        InputStream archive = DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(mac ? "Darwin" : "Linux", machine);
        if (archive == null) {
            throw new IOException(
                    "no PostgreSQL for %s on %s is packed with this program; set spring.datasource.url to use one of yours"
                            .formatted(system, machine));
        }
        return archive;
    }

    private static void unpack(InputStream archive, Path target) throws IOException {
        Files.createDirectories(target);
        try (var tar = new TarArchiveInputStream(new XZCompressorInputStream(new BufferedInputStream(archive)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                    continue;
                }
                Files.createDirectories(file.getParent());
                if (entry.isSymbolicLink()) {
                    Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
                } else {
                    Files.copy(tar, file);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            file, PosixFilePermissions.fromString(program ? "rwxr-xr-x" : "rw-r--r--"));
                }
            }
        }
    }

    static void delete(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }
}
