package dev.tandem.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What a file system needs to be told so that a finished write survives a power cut, and folders as a whole. */
public final class Durable {

    private Durable() {}

    /** Also for a folder: its entries are durable only once the folder itself is synced. */
    public static void sync(Path fileOrFolder) throws IOException {
        try (FileChannel channel = FileChannel.open(fileOrFolder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /** The folder with all that is in it; what is gone already, or goes meanwhile, is fine. */
    public static void deleteTree(Path folder) throws IOException {
        Files.walkFileTree(folder, new Visitor() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            void leave(Path left) throws IOException {
                Files.deleteIfExists(left);
            }
        });
    }

    /** When the newest thing in the folder was written; a long write touches its file, not the folder. */
    public static Instant lastTouched(Path fileOrFolder) throws IOException {
        var last = new AtomicReference<>(Instant.EPOCH);
        Files.walkFileTree(fileOrFolder, new Visitor() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return visitFile(folder, attributes);
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                Instant time = attributes.lastModifiedTime().toInstant();
                last.updateAndGet(known -> time.isAfter(known) ? time : known);
                return FileVisitResult.CONTINUE;
            }
        });
        return last.get();
    }

    /** Of all files in it; 0 if it is not there. */
    public static long size(Path folder) throws IOException {
        var size = new AtomicLong();
        Files.walkFileTree(folder, new Visitor() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                size.addAndGet(attributes.size());
                return FileVisitResult.CONTINUE;
            }
        });
        return size.get();
    }

    /** Takes it as it comes that others delete at the same time. */
    private abstract static class Visitor extends SimpleFileVisitor<Path> {

        @SuppressWarnings("UnusedVariable") // of those that do something
        void leave(Path folder) throws IOException {}

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            return passOver(e);
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
            if (e != null) {
                passOver(e);
            }
            leave(folder);
            return FileVisitResult.CONTINUE;
        }

        private static FileVisitResult passOver(IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw e;
        }
    }
}
