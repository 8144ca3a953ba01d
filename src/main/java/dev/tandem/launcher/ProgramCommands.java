package dev.tandem.launcher;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/**
 * Runs commands of this program to their end, each in a process of its own and one at a time, so that neither their native
 * libraries nor their memory are the server's.
 */
@Component
public class ProgramCommands {

    private static final DataSize HEAP = DataSize.ofGigabytes(1);
    private static final int LONGEST = 2000;

    private final Map<String, String> threading;
    private final ReentrantLock turn = new ReentrantLock(true);

    ProgramCommands(WorkerProcessProperties properties, Machine machine) {
        this.threading = machine.threading(properties.threads());
    }

    /**
     * @throws CommandFailed with what the command said, if it did not end well
     * @throws IOException if it cannot be started
     */
    public void run(String... arguments) throws IOException, InterruptedException {
        turn.lockInterruptibly();
        try {
            var builder = new ProcessBuilder(ThisProgram.command(HEAP, arguments)).redirectErrorStream(true);
            ThisProgram.prepare(builder.environment(), threading);
            Process process = builder.start();
            try {
                process.getOutputStream().close();
                String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                if (process.waitFor() != 0) {
                    throw new CommandFailed(words.substring(Math.max(0, words.length() - LONGEST)));
                }
            } finally {
                process.destroyForcibly();
            }
        } finally {
            turn.unlock();
        }
    }

    /** A command that said why it could not do its work. */
    public static final class CommandFailed extends IOException {

        private static final long serialVersionUID = 1L;

        CommandFailed(String words) {
            super(words);
        }
    }
}
