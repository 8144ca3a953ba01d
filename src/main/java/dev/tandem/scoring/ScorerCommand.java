package dev.tandem.scoring;

import dev.tandem.launcher.ThisProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** How a scoring process is started: like a worker, but behind all workers where cores are scarce. */
record ScorerCommand(ScoringProperties properties) {

    private static final Path NICE = Path.of("/usr/bin/nice");

    Process start() throws IOException {
        var command = new ArrayList<String>();
        if (Files.isExecutable(NICE)) {
            command.addAll(List.of(NICE.toString(), "-n", "10"));
        }
        command.addAll(ThisProgram.command(properties.heap(), "scorer"));
        var builder = new ProcessBuilder(ThisProgram.inOwnSession(command));
        builder.environment().put("OMP_NUM_THREADS", String.valueOf(properties.threadsOrShare()));
        ThisProgram.prepare(builder.environment(), Map.of());
        if (!properties.gpu()) {
            builder.environment().put("CUDA_VISIBLE_DEVICES", "");
        }
        return builder.start();
    }
}
