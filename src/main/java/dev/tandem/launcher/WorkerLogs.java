package dev.tandem.launcher;

import dev.tandem.launcher.WorkerLauncher.Attempt;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** What workers print, one file for each attempt: {@code <job>/<epoch>.log}. */
final class WorkerLogs {

    private final Path folder;

    WorkerLogs(Path folder) {
        this.folder = folder;
    }

    Path file(Attempt attempt) {
        return folder.resolve(attempt.job()).resolve(attempt.epoch() + ".log");
    }

    List<String> tail(Attempt attempt, int lines) {
        Path file = file(attempt);
        return Files.exists(file) ? tail(List.of(file), lines) : List.of();
    }

    List<String> tail(String job, int lines) {
        Path files = folder.resolve(job);
        if (!Files.isDirectory(files)) {
            return List.of();
        }
        try (Stream<Path> logs = Files.list(files)) {
            return tail(logs.sorted(Comparator.comparingLong(WorkerLogs::epoch)).toList(), lines);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + files, e);
        }
    }

    private static List<String> tail(List<Path> files, int lines) {
        var last = new ArrayDeque<String>();
        for (Path file : files) {
            try (var reader = lossyReader(file)) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                    last.add(line);
                    if (last.size() > lines) {
                        last.remove();
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file, e);
            }
        }
        return new ArrayList<>(last);
    }

    /** A native library may print any byte; a strict reader would refuse the whole log for it. */
    private static BufferedReader lossyReader(Path file) throws IOException {
        return new BufferedReader(new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8));
    }

    private static long epoch(Path log) {
        return Long.parseLong(log.getFileName().toString().replace(".log", ""));
    }
}
