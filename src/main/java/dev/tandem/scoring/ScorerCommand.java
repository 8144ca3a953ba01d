package dev.tandem.scoring;

import dev.tandem.launcher.ThisProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
        // Spring's settings may hold the database's password, which a scoring process has no business with.
        builder.environment().keySet().removeIf(name -> name.startsWith("SPRING_"));
        builder.environment().put("OMP_NUM_THREADS", String.valueOf(properties.threadsOrShare()));
        ThisProgram.shareCores(builder.environment());
        if (!properties.gpu()) {
            builder.environment().put("CUDA_VISIBLE_DEVICES", "");
        }
        return builder.start();
    }
}
