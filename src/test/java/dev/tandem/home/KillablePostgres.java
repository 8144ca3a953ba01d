package dev.tandem.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A PostgreSQL that a test may kill and start again as it likes; its data lies below one folder. */
public final class KillablePostgres implements AutoCloseable {

    public static final String USER = "tandem";
    public static final String PASSWORD = "of-a-test";

    /** Unpacked once for all tests. */
    private static final Path PROGRAMS = Path.of("target/test-homes/postgres");

    private static final Duration TO_START = Duration.ofMinutes(1);

    private final PostgresCommands commands;
    private final PostmasterFile postmaster;
    private final int port;

    public KillablePostgres(Path folder) throws IOException {
        Files.createDirectories(PROGRAMS);
        Files.createDirectories(folder);
        Path programs = PostgresBinaries.unpackedIn(PROGRAMS.toAbsolutePath());
        commands = new PostgresCommands(folder.toAbsolutePath(), programs);
        postmaster = new PostmasterFile(commands.data());
        Path password = Files.writeString(folder.resolve("password"), PASSWORD);
        commands.initialize(USER, password.toAbsolutePath());
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        commands.start(port);
    }

    public String url() {
        return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
    }

    /** The postmaster and the servers of its connections, which end when it does. */
    public List<ProcessHandle> processes() {
        try {
            return postmaster.process().stream()
                    .flatMap(process -> Stream.concat(Stream.of(process), process.descendants()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void kill() {
        processes().forEach(ProcessHandle::destroyForcibly);
    }

    /** After {@link #kill}; what the killed one held in shared memory may be gone only after a moment. */
    public void start() throws IOException {
        long deadline = System.nanoTime() + TO_START.toNanos();
        while (true) {
            try {
                postmaster.forget();
                commands.start(port);
                return;
            } catch (IllegalStateException e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    @Override
    public void close() {
        if (!processes().isEmpty()) {
            commands.stop();
        }
    }
}
