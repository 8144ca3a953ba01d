package dev.tandem.spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/** Where a worker's server is now, left in the worker's state folder by a server that took it over from another one. */
public final class ServerFile {

    private ServerFile() {}

    public static Path in(Path stateFolder) {
        return stateFolder.resolve("server");
    }

    public static void write(Path stateFolder, String url) throws IOException {
        Files.createDirectories(stateFolder);
        Path draft = Files.writeString(stateFolder.resolve(".server"), url);
        Files.move(draft, in(stateFolder), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Empty while the worker's server is the one that started it. */
    public static Optional<String> read(Path stateFolder) throws IOException {
        try {
            return Optional.of(Files.readString(in(stateFolder)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }
}
