package dev.tandem.home;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The programs of PostgreSQL, run on the data below one folder.
 *
 * @param folder holds the programs, their logs and the {@code data}
 */
record PostgresCommands(Path folder, Path programs) {

    private static final boolean ROOT = "root".equals(System.getProperty("user.name"));

    Path data() {
        return folder.resolve("data");
    }

    /** Makes the data folder. A marker file stands meanwhile, so that a half-made one is made anew. */
    void initialize(String user, Path passwordFile) throws IOException {
        Path marker = folder.resolve("initializing");
        if (Files.exists(data().resolve("global/pg_control")) && !Files.exists(marker)) {
            return;
        }
        Files.writeString(marker, "");
        PostgresBinaries.delete(data());
        run(
                "initdb",
                "--pgdata=" + data(),
                "--username=" + user,
                "--pwfile=" + passwordFile,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C");
        Files.delete(marker);
    }

    /** Returns when the database takes connections. */
    void start(int port) {
        run(
                "pg_ctl",
                "start",
                "--pgdata=" + data(),
                "--silent",
                "--wait",
                "--timeout=120",
                "--log=" + folder.resolve("postgres.log"),
                "--options=-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=".formatted(port));
    }

    void stop() {
        run("pg_ctl", "stop", "--pgdata=" + data(), "--silent", "--mode=fast", "--wait", "--timeout=60");
    }

    private void run(String program, String... arguments) {
        var command = new ArrayList<String>();
        if (ROOT) {
            // PostgreSQL refuses to run as root; in a user namespace of its own it is nobody, yet owns its files.
            command.addAll(List.of("unshare", "--user"));
        }
        command.add(programs.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        int exit = execute(program, command);
        if (exit != 0) {
            throw new IllegalStateException("%s ended with code %d; see %s and %s in %s"
                    .formatted(program, exit, program + ".log", "postgres.log", folder));
        }
    }

    private int execute(String program, List<String> command) {
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
}
