package dev.tandem.launcher;

import dev.tandem.spec.Report;
import dev.tandem.spec.ReportFile;
import dev.tandem.spec.ServerFile;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts workers as processes on this machine. Each gets a session of its own, so that a Ctrl-C in the terminal reaches
 * the server only, which then stops them in order; and each leaves its process id in a file, so that a server that comes
 * back after a crash finds the workers that went on without it.
 */
final class LocalLauncher implements WorkerLauncher, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LocalLauncher.class);
    private static final int LAST_WORDS = 5;
    private static final int REPORTS_AT_ONCE = 500;

    private final WorkerCommand command;
    private final WorkerLogs logs;
    private final ProcessFiles files;
    private final Path state;
    private final Map<Attempt, Optional<ProcessHandle>> workers = new ConcurrentHashMap<>();
    private final Map<Attempt, Process> children = new ConcurrentHashMap<>();
    private final Map<Attempt, String> told = new ConcurrentHashMap<>();

    LocalLauncher(Path state, Path processes, Path logs, WorkerCommand command) {
        this.command = command;
        this.state = state;
        this.logs = new WorkerLogs(logs);
        this.files = new ProcessFiles(processes);
        adopt(files.left());
    }

    private void adopt(Map<Attempt, Optional<ProcessHandle>> orphans) {
        orphans.forEach((attempt, process) -> {
            LOG.info(
                    "the worker of {} {} since its server ended",
                    attempt,
                    process.map(p -> "runs on as process " + p.pid()).orElse("ended"));
            workers.putIfAbsent(attempt, process);
        });
    }

    @Override
    public void close() throws IOException {
        files.close();
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
                            "TANDEM_HEARTBEAT", start.heartbeat().toString(),
                            // Empty hides them all. By bus, as they are numbered in /dev; CUDA's own order is by speed.
                            "CUDA_VISIBLE_DEVICES", String.join(",", start.gpus()),
                            "CUDA_DEVICE_ORDER", "PCI_BUS_ID"));
            Process process = builder.start();
            workers.put(attempt, Optional.of(process.toHandle()));
            files.write(attempt, process.toHandle());
            LOG.info("worker {} started for {}, log {}", process.pid(), attempt, log);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start a worker for %s".formatted(attempt), e);
        }
    }

    @Override
    public void requestStop(Attempt attempt, Stop how) {
        workers.getOrDefault(attempt, Optional.empty()).ifPresent(process -> {
            boolean asked = switch (how) {
                case CHECKPOINT -> process.destroy();
                case KILL -> process.destroyForcibly();
            };
            LOG.info(
                    "worker {} of {} is told to stop ({}){}", process.pid(), attempt, how, asked ? "" : "; it is gone");
        });
    }

    @Override
    public void serverIsAt(String url) {
        for (Attempt attempt : workers.keySet()) {
            if (children.containsKey(attempt) || url.equals(told.get(attempt))) {
                continue;
            }
            try {
                ServerFile.write(folder(attempt), url);
                told.put(attempt, url);
            } catch (IOException e) {
                LOG.warn("cannot tell the worker of {} where its server is; tried again", attempt, e);
            }
        }
    }

    @Override
    public List<Seen> observe() {
        adopt(files.takeOver());
        var seen = new ArrayList<Seen>();
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
    private boolean isAlive(Attempt attempt, Optional<ProcessHandle> process) {
        Process child = children.get(attempt);
        return child == null ? process.filter(LocalLauncher::runs).isPresent() : child.isAlive();
    }

    /** Nobody may be there to bury the child of a dead server; a process that only waits for that has no command. */
    private static boolean runs(ProcessHandle process) {
        return process.isAlive() && process.info().command().isPresent();
    }

    private Seen ended(Attempt attempt) {
        Process child = children.remove(attempt);
        workers.remove(attempt);
        told.remove(attempt);
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
    public LogMark logStart(String job, int lines) {
        return logs.start(job, lines);
    }

    @Override
    public LogPart log(String job, LogMark from, boolean over) {
        return logs.read(job, from, over);
    }
}
