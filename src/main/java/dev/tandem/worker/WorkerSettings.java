package dev.tandem.worker;

import dev.tandem.spec.ReportFile;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a worker finds its server and its files; all of it comes by environment, so that no secret stands in a command
 * line.
 *
 * @param stateFolder where the write-ahead log lies
 * @param patience how long undelivered results may wait for a server that is away
 * @param memory bytes that the run may take; null for what the machine has
 */
record WorkerSettings(
        URI server,
        String token,
        String job,
        long epoch,
        Path stateFolder,
        Duration heartbeat,
        Duration patience,
        @Nullable Long memory) {

    static WorkerSettings from(Map<String, String> environment) {
        return new WorkerSettings(
                URI.create(required(environment, "TANDEM_SERVER_URL")),
                required(environment, "TANDEM_ATTEMPT_TOKEN"),
                required(environment, "TANDEM_JOB"),
                Long.parseLong(required(environment, "TANDEM_EPOCH")),
                Path.of(required(environment, "TANDEM_STATE_DIR")),
                Duration.parse(environment.getOrDefault("TANDEM_HEARTBEAT", "PT5S")),
                Duration.parse(environment.getOrDefault("TANDEM_DELIVERY_PATIENCE", "PT24H")),
                memory(environment.get("TANDEM_WORKER_MEMORY")));
    }

    Path reportLog() {
        return ReportFile.in(stateFolder, job, epoch);
    }

    private static @Nullable Long memory(@Nullable String bytes) {
        return bytes == null || bytes.isBlank() ? null : Long.valueOf(bytes);
    }

    private static String required(Map<String, String> environment, String name) {
        String value = environment.get(name);
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(
                    name + " is not set; a worker is started by the server's launcher, use \"train\" to train by hand");
        }
        return value;
    }
}
