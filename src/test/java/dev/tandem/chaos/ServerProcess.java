package dev.tandem.chaos;

import dev.tandem.home.KillablePostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One server of the cluster, a process of its own on a port of its own. */
final class ServerProcess {

    private static final HttpClient HTTP =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    final String name;
    private final Path home;
    private final KillablePostgres database;
    private final Duration lease;
    private volatile int port;
    private volatile @Nullable Process process;

    ServerProcess(String name, Path home, KillablePostgres database, Duration lease) throws IOException {
        this.name = name;
        this.home = home;
        this.database = database;
        this.lease = lease;
        this.port = freePort();
    }

    static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    Path log() {
        return home.resolve("server-" + name + ".log");
    }

    String api() {
        return "http://127.0.0.1:%d/api/v1/".formatted(port);
    }

    void start() throws IOException {
        var builder = new ProcessBuilder(command())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().put("SPRING_DATASOURCE_URL", database.url());
        builder.environment().put("SPRING_DATASOURCE_USERNAME", KillablePostgres.USER);
        builder.environment().put("SPRING_DATASOURCE_PASSWORD", KillablePostgres.PASSWORD);
        process = builder.start();
    }

    /** Comes back as another container would: somewhere else. */
    void startElsewhere() throws IOException {
        port = freePort();
        start();
    }

    private List<String> command() {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx384m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                "dev.tandem.Tandem",
                "--server.port=" + port,
                "--tandem.home=" + home,
                "--tandem.demo=false",
                "--tandem.worker.name=" + name,
                "--tandem.worker.slots=2",
                "--tandem.worker.threads=1",
                "--tandem.worker.lease=" + lease.toMillis() + "ms",
                "--tandem.worker.heartbeat=" + lease.toMillis() / 4 + "ms",
                "--tandem.worker.poll=200ms",
                "--tandem.worker.backoff=10ms",
                "--tandem.worker.cancel-grace=5s",
                "--tandem.worker.stop-grace=10s",
                "--tandem.worker.pause-grace=20s"));
    }

    /** The tests' own beans are no part of a server. */
    static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    void kill() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
    }

    ProcessHandle handle() {
        Process running = process;
        if (running == null) {
            throw new IllegalStateException("server " + name + " was never started");
        }
        return running.toHandle();
    }

    /** As a supervisor does: whoever starts while the database dies may end. */
    boolean isReadyOrStartedAgain() {
        try {
            if (!handle().isAlive()) {
                start();
            }
            return isReady();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean isReady() {
        try {
            HttpRequest ask = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d/actuator/health/readiness".formatted(port)))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return HTTP.send(ask, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
