package dev.tandem.home;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * {@code postmaster.pid}, in which PostgreSQL says who runs on a data folder: process id, data folder, time of start,
 * port, socket folder, address, shared memory, state; it grows line by line.
 */
final class PostmasterFile {

    private static final int FOLDER = 1;
    private static final int PORT = 3;
    private static final int STATE = 7;

    private final Path file;

    PostmasterFile(Path data) {
        this.file = data.resolve("postmaster.pid");
    }

    /** The PostgreSQL that runs on this folder; not some other process that was given its old number. */
    Optional<ProcessHandle> process() throws IOException {
        List<String> lines = lines();
        return lines.size() <= FOLDER
                ? Optional.empty()
                : ProcessHandle.of(Long.parseLong(lines.getFirst().strip()))
                        .filter(process -> runsOn(process, lines.get(FOLDER)));
    }

    /** Where it takes connections; empty until it does. */
    Optional<Integer> readyPort() throws IOException {
        List<String> lines = lines();
        return lines.size() > STATE && lines.get(STATE).strip().equals("ready")
                ? Optional.of(Integer.parseInt(lines.get(PORT).strip()))
                : Optional.empty();
    }

    /** PostgreSQL refuses to start while a process, whichever, has the number that a crashed one left here. */
    void forget() throws IOException {
        Files.deleteIfExists(file);
    }

    /** One that died but was not buried, as happens in containers without an init, has no arguments any more. */
    private static boolean runsOn(ProcessHandle process, String folder) {
        return process.info()
                .arguments()
                .filter(arguments -> List.of(arguments).contains(folder))
                .isPresent();
    }

    private List<String> lines() throws IOException {
        try {
            return Files.readAllLines(file);
        } catch (NoSuchFileException e) {
            return List.of();
        }
    }
}
