package dev.tandem.launcher;

import dev.tandem.launcher.WorkerLauncher.Attempt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Which process runs which attempt, written down as {@code <job>/<epoch>/process}: its id and time of start. */
final class ProcessFiles {

    private final Path folder;

    ProcessFiles(Path folder) {
        this.folder = folder;
    }

    void write(Attempt attempt, ProcessHandle process) throws IOException {
        Files.writeString(file(attempt), process.pid() + "\n" + startOf(process) + "\n");
    }

    void delete(Attempt attempt) {
        try {
            Files.deleteIfExists(file(attempt));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the process file of " + attempt, e);
        }
    }

    /** Empty where the process is gone. */
    Map<Attempt, Optional<ProcessHandle>> found() {
        var found = new HashMap<Attempt, Optional<ProcessHandle>>();
        if (!Files.isDirectory(folder)) {
            return found;
        }
        try (Stream<Path> files = Files.walk(folder, 3)) {
            for (Path file : files.filter(f -> f.endsWith("process")).toList()) {
                Path place = folder.relativize(file);
                var attempt = new Attempt(
                        place.getName(0).toString(),
                        Long.parseLong(place.getName(1).toString()));
                found.put(attempt, read(file));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + folder, e);
        }
    }

    /** Process ids are used again, so the time of start must be the same too. */
    private static Optional<ProcessHandle> read(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() < 2) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(lines.get(0)))
                .filter(process -> startOf(process).equals(lines.get(1)));
    }

    private static String startOf(ProcessHandle process) {
        return process.info().startInstant().map(String::valueOf).orElse("unknown");
    }

    private Path file(Attempt attempt) {
        return folder.resolve(attempt.job())
                .resolve(String.valueOf(attempt.epoch()))
                .resolve("process");
    }
}
