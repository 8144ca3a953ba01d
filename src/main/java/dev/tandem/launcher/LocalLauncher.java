package dev.tandem.launcher;

import dev.tandem.spec.Report;
import dev.tandem.spec.ReportFile;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts workers as processes on this machine. Each gets a session of its own, so that a Ctrl-C in the terminal reaches
 * the server only, which then stops them in order; and each leaves its process id in a file, so that a server that comes
 * back after a crash finds the workers that went on without it.
 */
final class LocalLauncher implements WorkerLauncher {

    private static final Logger LOG = LoggerFactory.getLogger(LocalLauncher.class);
    private static final int LAST_WORDS = 5;
    private static final int REPORTS_AT_ONCE = 500;

    private final WorkerCommand command;
    private final WorkerLogs logs;
    private final ProcessFiles files;
    private final Path state;
    private final Map<Attempt, ProcessHandle> workers = new ConcurrentHashMap<>();
    private final Map<Attempt, Process> children = new ConcurrentHashMap<>();
    /** Workers that ended while no server was there to see it. */
    private final Set<Attempt> gone = ConcurrentHashMap.newKeySet();

    LocalLauncher(Path state, Path logs, WorkerCommand command) {
        this.command = command;
        this.state = state;
        this.logs = new WorkerLogs(logs);
        this.files = new ProcessFiles(state);
        files.found()
                .forEach((attempt, process) -> process.ifPresentOrElse(
                        running -> {
                            LOG.info("worker {} of {} runs on since an earlier server", running.pid(), attempt);
                            workers.put(attempt, running);
                        },
                        () -> gone.add(attempt)));
    }

    @Override
    public void ensureStarted(Start start) {
        children.computeIfAbsent(start.attempt(), attempt -> launch(start));
    }

    private Process launch(Start start) {
        Attempt attempt = start.attempt();
        Path folder = folder(attempt);
        File log = logs.file(attempt).toFile();
        try {
            Files.createDirectories(folder);
            Files.createDirectories(log.toPath().toAbsolutePath().getParent());
            var builder = new ProcessBuilder(ThisProgram.inOwnSession(command.arguments()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
            ThisProgram.prepare(builder.environment(), command.environment());
            builder.environment()
                    .putAll(Map.of(
                            "TANDEM_SERVER_URL", start.serverUrl(),
                            "TANDEM_ATTEMPT_TOKEN", start.token().secret(),
                            "TANDEM_JOB", attempt.job(),
                            "TANDEM_EPOCH", String.valueOf(attempt.epoch()),
                            "TANDEM_STATE_DIR", folder.toString(),
                            "TANDEM_HEARTBEAT", start.heartbeat().toString()));
            Process process = builder.start();
            workers.put(attempt, process.toHandle());
            files.write(attempt, process.toHandle());
            LOG.info("worker {} started for {}, log {}", process.pid(), attempt, log);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a worker for %s".formatted(attempt), e);
        }
    }

    @Override
    public void requestStop(Attempt attempt, Stop how) {
        ProcessHandle process = workers.get(attempt);
        if (process == null) {
            return;
        }
        boolean asked = switch (how) {
            case CHECKPOINT -> process.destroy();
            case KILL -> process.destroyForcibly();
        };
        LOG.info("worker {} of {} is told to stop ({}){}", process.pid(), attempt, how, asked ? "" : "; it is gone");
    }

    @Override
    public List<Seen> observe() {
        var seen = new ArrayList<Seen>();
        gone.forEach(attempt -> seen.add(ended(attempt)));
        workers.forEach((attempt, process) -> {
            if (isAlive(attempt, process)) {
                seen.add(new Seen(attempt, true, OptionalInt.empty(), ""));
            } else {
                seen.add(ended(attempt));
            }
        });
        return seen;
    }

    /** A child's exit code is known a moment after its process is gone; until then it counts as alive. */
    private boolean isAlive(Attempt attempt, ProcessHandle process) {
        Process child = children.get(attempt);
        return child == null ? process.isAlive() : child.isAlive();
    }

    private Seen ended(Attempt attempt) {
        Process child = children.remove(attempt);
        workers.remove(attempt);
        gone.remove(attempt);
        files.delete(attempt);
        OptionalInt exit = child == null ? OptionalInt.empty() : OptionalInt.of(child.exitValue());
        List<String> words = logs.tail(attempt, LAST_WORDS);
        return new Seen(attempt, false, exit, String.join(" | ", words));
    }

    @Override
    public void reportsLeft(Attempt attempt, long after, Consumer<List<Report.Envelope>> reader) {
        Path log = ReportFile.in(folder(attempt), attempt.job(), attempt.epoch());
        try {
            ReportFile.read(log, after, REPORTS_AT_ONCE, reader);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the reports of %s in %s".formatted(attempt, log), e);
        }
    }

    private Path folder(Attempt attempt) {
        return state.resolve(attempt.job()).resolve(String.valueOf(attempt.epoch()));
    }

    @Override
    public List<String> logs(String job, int lines) {
        return logs.tail(job, lines);
    }
}
