package dev.tandem.chaos;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds worker processes and sends them signals. */
final class Processes {

    private Processes() {}

    /** A living worker of this home. */
    record WorkerProcess(String job, long epoch, ProcessHandle process) {

        String attempt() {
            return "%s/%d".formatted(job, epoch);
        }
    }

    static void signal(ProcessHandle process, String signal) {
        try {
            // One that is gone meanwhile is no failure.
            new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Workers keep their state below the home, and their environment says where. */
    static List<WorkerProcess> workers(Path home) {
        String state = home.resolve("workers").toString();
        return ProcessHandle.allProcesses()
                .flatMap(process -> worker(process, state).stream())
                .sorted(java.util.Comparator.comparing(WorkerProcess::attempt))
                .toList();
    }

    private static Optional<WorkerProcess> worker(ProcessHandle process, String state) {
        Map<String, String> environment = environment(process);
        String job = environment.get("TANDEM_JOB");
        return job == null || !environment.getOrDefault("TANDEM_STATE_DIR", "").startsWith(state)
                ? Optional.empty()
                : Optional.of(
                        new WorkerProcess(job, Long.parseLong(environment.getOrDefault("TANDEM_EPOCH", "0")), process));
    }

    private static Map<String, String> environment(ProcessHandle process) {
        try {
            String all = Files.readString(Path.of("/proc/" + process.pid() + "/environ"), StandardCharsets.ISO_8859_1);
            return Stream.of(all.split("\0"))
                    .filter(entry -> entry.startsWith("TANDEM_"))
                    .map(entry -> entry.split("=", 2))
                    .collect(java.util.stream.Collectors.toMap(entry -> entry[0], entry -> entry[1], (a, b) -> b));
        } catch (IOException e) {
            return Map.of(); // it ended, or is not ours to look at
        }
    }
}
