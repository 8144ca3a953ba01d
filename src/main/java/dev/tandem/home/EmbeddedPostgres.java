package dev.tandem.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL below the home folder, reachable from this machine only and with a password. It is started through
 * {@code pg_ctl}, which puts it into a session of its own: a Ctrl-C in the terminal reaches the service, not the
 * database under it, so that the service can still write down how its jobs ended.
 */
final class EmbeddedPostgres implements AutoCloseable {

    static final String USER = "tandem";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    private final Path folder;
    private final Path data;
    private final FileChannel lock;
    private final Path programs;
    private final String password;
    private final int port;

    EmbeddedPostgres(Path folder) {
        this.folder = folder;
        this.data = folder.resolve("data");
        try {
            Files.createDirectories(folder);
            this.lock = lock(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the database folder " + folder, e);
        }
        try {
            this.programs = PostgresBinaries.unpackedIn(folder);
            this.password = password();
            this.port = start();
        } catch (IOException | RuntimeException e) {
            unlock();
            throw e instanceof IOException io
                    ? new UncheckedIOException("cannot start PostgreSQL in " + folder, io)
                    : (RuntimeException) e;
        }
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
    }

    String secret() {
        return password;
    }

    @Override
    public void close() {
        try {
            pgCtl("stop", "--mode=fast", "--wait", "--timeout=60");
            LOG.info("PostgreSQL stopped; its data stays in {}", data);
        } finally {
            unlock();
        }
    }

    private int start() throws IOException {
        if (!Files.exists(data.resolve("global/pg_control")) || Files.exists(folder.resolve("initializing"))) {
            initialize();
        }
        if (isRunning()) {
            int running = runningPort();
            LOG.info("PostgreSQL of an earlier server still runs on port {}; it is used again", running);
            return running;
        }
        int free = freePort();
        pgCtl(
                "start",
                "--wait",
                "--timeout=120",
                "--log=" + folder.resolve("postgres.log"),
                "--options=-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=".formatted(free));
        LOG.info("PostgreSQL runs on 127.0.0.1:{}, data in {}", free, data);
        return free;
    }

    /** A marker file stands while the data folder is made, so that a half-made one is made anew. */
    private void initialize() throws IOException {
        Path marker = folder.resolve("initializing");
        Files.writeString(marker, "");
        PostgresBinaries.delete(data);
        run(
                "initdb",
                "--pgdata=" + data,
                "--username=" + USER,
                "--pwfile=" + folder.resolve("password"),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C");
        Files.delete(marker);
    }

    private String password() throws IOException {
        Path file = folder.resolve("password");
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            Files.createFile(file, owner);
            Files.writeString(file, HexFormat.of().formatHex(random));
        }
        return Files.readString(file);
    }

    private boolean isRunning() {
        return execute("pg_ctl", "status", "--pgdata=" + data) == 0;
    }

    private int runningPort() throws IOException {
        List<String> pidFile = Files.readAllLines(data.resolve("postmaster.pid"));
        return Integer.parseInt(pidFile.get(3).strip()); // pid, data folder, start time, port, ...
    }

    private void pgCtl(String action, String... options) {
        var arguments = new ArrayList<String>(List.of(action, "--pgdata=" + data, "--silent"));
        arguments.addAll(List.of(options));
        run("pg_ctl", arguments.toArray(String[]::new));
    }

    private void run(String program, String... arguments) {
        int exit = execute(program, arguments);
        if (exit != 0) {
            throw new IllegalStateException("%s ended with code %d; see %s and %s in %s"
                    .formatted(program, exit, program + ".log", "postgres.log", folder));
        }
    }

    private int execute(String program, String... arguments) {
        var command = new ArrayList<String>();
        if (ROOT) {
            // PostgreSQL refuses to run as root; in a user namespace of its own it is nobody, yet owns its files.
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(programs.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve(program + ".log").toFile()))
                    .start();
            process.getOutputStream().close();
            if (!process.waitFor(3, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IllegalStateException(program + " did not end within 3 minutes; see " + folder);
            }
            return process.exitValue();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + command, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + program + " ran", e);
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("the same process holds the lock of {}", folder);
        }
        channel.close();
        throw new HomeInUse(folder);
    }

    private void unlock() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("cannot release the lock of {}; it goes with this process", folder, e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
