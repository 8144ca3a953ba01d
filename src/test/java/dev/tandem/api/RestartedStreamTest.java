package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.JobControl;
import dev.tandem.security.Project;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;

/** A reader outlives the server that it reads from: one is killed in the middle of a stream and starts again. */
@WholeApp
class RestartedStreamTest {

    private static final long PATIENCE_SECONDS = 120;

    @Autowired
    Scene scene;

    @Autowired
    JobControl control;

    @Autowired
    JdbcConnectionDetails database;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Long> heard = new CopyOnWriteArrayList<>();
    private int port;
    private Process server;

    /** A process of its own, on the database of this one. */
    @BeforeEach
    void start() throws IOException {
        if (port == 0) {
            try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
        }
        String program = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes")) // the tests' own beans are no part of a server
                .collect(Collectors.joining(File.pathSeparator));
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                program,
                "dev.tandem.Tandem",
                "--server.port=" + port,
                "--tandem.home=" + Path.of("target/test-homes/restarted").toAbsolutePath(),
                "--tandem.demo=false",
                "--tandem.worker.slots=0");
        builder.environment().put("SPRING_DATASOURCE_URL", database.getJdbcUrl());
        builder.environment().put("SPRING_DATASOURCE_USERNAME", database.getUsername());
        builder.environment().put("SPRING_DATASOURCE_PASSWORD", database.getPassword());
        server = builder.redirectErrorStream(true)
                .redirectOutput(new File("target/restarted-server.log"))
                .start();
    }

    @AfterEach
    void kill() throws InterruptedException {
        server.destroyForcibly().waitFor();
        http.shutdownNow();
    }

    @Test
    void eachEventIsHeardOnceThoughTheServerIsKilledInBetween() throws Exception {
        String job = scene.submit("steps=1").id();
        CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> follow(job));
        control.pause(Project.DEFAULT, job);
        awaitEvents(2);
        server.destroyForcibly().waitFor();
        control.resume(Project.DEFAULT, job); // while nobody serves
        control.pause(Project.DEFAULT, job);
        start();
        awaitEvents(4);
        control.resume(Project.DEFAULT, job);
        control.cancel(Project.DEFAULT, job);
        reader.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(heard).isEqualTo(LongStream.rangeClosed(1, 6).boxed().toList());
    }

    private void awaitEvents(int count) throws InterruptedException {
        for (long i = 0; i < PATIENCE_SECONDS * 10 && heard.size() < count; i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        assertThat(heard)
                .as("the server's words are in target/restarted-server.log")
                .hasSize(count);
    }

    /** As a browser does: goes on behind the last event that it has, until it is told that there is no more. */
    private void follow(String job) {
        while (true) {
            long last = heard.isEmpty() ? 0 : heard.getLast();
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d/api/v1/jobs/%s/events".formatted(port, job)))
                    .header("Accept", "text/event-stream")
                    .header("Last-Event-ID", String.valueOf(last))
                    .build();
            try {
                HttpResponse<Stream<String>> answer = http.send(request, BodyHandlers.ofLines());
                if (answer.statusCode() == 204) {
                    return;
                }
                try (Stream<String> lines = answer.body()) {
                    lines.filter(line -> line.startsWith("id:"))
                            .forEach(line -> heard.add(Long.parseLong(line.substring(3))));
                }
            } catch (IOException | UncheckedIOException e) {
                pause(); // not there, or gone in the middle
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
