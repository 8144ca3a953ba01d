package dev.tandem.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A result that appears whole or not at all: filled beside its place, then renamed into it. */
final class OutputFolder implements AutoCloseable {

    private final Path place;
    private final Path partial;

    OutputFolder(Path place) throws IOException {
        this.place = place.toAbsolutePath();
        Files.createDirectories(this.place.getParent());
        partial = Files.createTempDirectory(this.place.getParent(), "." + this.place.getFileName() + ".partial-");
    }

    static boolean isFree(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            return Files.notExists(place);
        }
        try (Stream<Path> inside = Files.list(place)) {
            return inside.findAny().isEmpty();
        }
    }

    Path partial() {
        return partial;
    }

    void publish() throws IOException {
        Files.deleteIfExists(place);
        Files.move(partial, place, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        if (Files.exists(partial)) {
            try (Stream<Path> inside = Files.walk(partial)) {
                List<Path> deepestFirst =
                        inside.sorted(Comparator.reverseOrder()).toList();
                for (Path path : deepestFirst) {
                    Files.delete(path);
                }
            }
        }
    }
}
