package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.JobControl;
import dev.tandem.jobs.JobHistory;
import dev.tandem.launcher.LogMark;
import dev.tandem.launcher.WorkerLauncher;
import dev.tandem.security.Permits;
import dev.tandem.security.Project;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;

/** Streams over real connections: whole, in order, and many at a time. */
@WholeApp
class LiveStreamsTest {

    private static final int READERS = 200;

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    @Autowired
    JobControl control;

    @Autowired
    LiveStreams streams;

    @Autowired
    TandemHome home;

    @Autowired
    JobHistory history;

    @Autowired
    Permits permits;

    @Autowired
    WorkerLauncher launcher;

    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void hangUp() {
        client.shutdownNow();
    }

    private HttpRequest events(String job, long lastSeen) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/api/v1/jobs/%s/events".formatted(port, job)))
                .header("Accept", "text/event-stream")
                .header("Last-Event-ID", String.valueOf(lastSeen))
                .timeout(Duration.ofMinutes(1))
                .build();
    }

    private static List<Long> ids(Stream<String> lines) {
        return lines.filter(line -> line.startsWith("id:"))
                .map(line -> Long.parseLong(line.substring(3)))
                .toList();
    }

    private void awaitStreams(int count) throws InterruptedException {
        await(() -> streams.size() == count);
    }

    private static void await(BooleanSupplier wish) throws InterruptedException {
        for (int i = 0; i < 600 && !wish.getAsBoolean(); i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
        assertThat(wish.getAsBoolean()).isTrue();
    }

    private static long streamThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("streams"))
                .count();
    }

    @Test
    void manyReadersAreHeldByOneThreadAndEachGetsEveryEventOnce() throws Exception {
        String job = scene.submit("steps=1").id();
        awaitStreams(0);
        long threadsBefore = streamThreads(); // other tests' servers have theirs
        var readers = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < READERS; i++) {
            readers.add(client.sendAsync(events(job, i % 2), BodyHandlers.ofString()));
            if (readers.size() % 10 == 0) {
                awaitStreams(readers.size());
            }
        }
        assertThat(streamThreads()).isEqualTo(threadsBefore);
        control.pause(Project.DEFAULT, job);
        control.resume(Project.DEFAULT, job);
        control.cancel(Project.DEFAULT, job);
        for (int i = 0; i < READERS; i++) {
            HttpResponse<String> whole = readers.get(i).get(1, TimeUnit.MINUTES);
            assertThat(whole.headers().firstValue("X-Request-Id")).isPresent();
            assertThat(ids(whole.body().lines()))
                    .isEqualTo(LongStream.rangeClosed(1 + i % 2, 4).boxed().toList());
        }
        awaitStreams(0);
    }

    @Test
    void aReaderThatLosesItsConnectionGoesOnWithoutGapOrDouble() throws Exception {
        String job = scene.submit("steps=1").id();
        control.pause(Project.DEFAULT, job);
        long seen = 0;
        var all = new ArrayList<Long>();
        for (int i = 0; i < 4; i++) { // reads one event, hangs up, and comes back while others happen
            HttpResponse<Stream<String>> response = client.send(events(job, seen), BodyHandlers.ofLines());
            try (Stream<String> lines = response.body()) {
                Iterator<String> id =
                        lines.filter(line -> line.startsWith("id:")).iterator();
                seen = Long.parseLong(id.next().substring(3));
                all.add(seen);
            }
            if (i == 1) {
                control.resume(Project.DEFAULT, job);
                control.cancel(Project.DEFAULT, job);
            }
        }
        assertThat(all).containsExactly(1L, 2L, 3L, 4L);
        assertThat(client.send(events(job, seen), BodyHandlers.ofString()).statusCode())
                .as("204 tells a browser not to come back")
                .isEqualTo(204);
    }

    @Test
    void logsAreFollowedAcrossAttemptsUntilTheJobIsOver() throws Exception {
        String job = scene.submit("steps=1").id();
        Path first = Files.createDirectories(home.logs().resolve(job)).resolve("1.log");
        Files.writeString(first, "one\ntwo\nthree\nhal");
        awaitStreams(0);
        CompletableFuture<HttpResponse<String>> follower =
                client.sendAsync(logs(job, "?follow=true&tail=2"), BodyHandlers.ofString());
        awaitStreams(1);
        Files.writeString(first, "f\n\uFFFD", StandardOpenOption.APPEND);
        Files.write(home.logs().resolve(job).resolve("2.log"), new byte[] {'b', (byte) 0xFF, 'd', '\n', 'e', 'n', 'd'});
        control.cancel(Project.DEFAULT, job);
        assertThat(follower.get(1, TimeUnit.MINUTES).body()).isEqualTo("three\nhalf\n\uFFFD\nb\uFFFDd\nend\n");
        assertThat(read(job, "")).isEqualTo("one\ntwo\nthree\nhalf\n\uFFFD\nb\uFFFDd\nend\n");
        assertThat(read(job, "?tail=1")).isEqualTo("end\n");
        assertThat(read(job, "?tail=3")).isEqualTo("\uFFFD\nb\uFFFDd\nend\n");
        assertThat(read(job, "?tail=0")).isEmpty();
        assertThat(read(job, "?tail=100&follow=true")).isEqualTo(read(job, "?follow=false"));
    }

    /** Proxies would take the silence of a long step for a dead connection. */
    @Test
    void aSilentStreamShowsThatItLivesInAFormThatReadersOverlook() throws Exception {
        String job = scene.submit("steps=1").id();
        Path log = Files.createDirectories(home.logs().resolve(job)).resolve("1.log");
        Files.writeString(log, "begun\nhalf a li");
        var told = new CopyOnWriteArrayList<String>();
        var impatient = new LiveStreams(history, permits, new StreamProperties(Duration.ofMillis(400)));
        try {
            impatient.open(new LogStream(job, LogMark.BEGINNING, launcher), written(told));
            await(() -> told.size() > 3);
            Files.writeString(log, "ne\n", StandardOpenOption.APPEND);
            await(() -> told.contains("half a line\n"));
            assertThat(String.join("", told)).matches("begun\n\n{2,}half a line\n\n*");
            told.clear();
            impatient.open(new EventStream(job, 99), written(told));
            await(() -> told.stream().filter(":still here\n\n"::equals).count() > 2);
        } finally {
            impatient.destroy();
        }
    }

    @Test
    void headOpensNoStreamThatNobodyReads() throws Exception {
        String job = scene.submit("steps=1").id();
        awaitStreams(0);
        for (HttpRequest get : List.of(events(job, 0), logs(job, "?follow=true"))) {
            HttpRequest head =
                    HttpRequest.newBuilder(get, (name, value) -> true).HEAD().build();
            HttpResponse<String> answer = client.send(head, BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/"));
            assertThat(streams.size()).isZero();
        }
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aStreamThatBreaksIsCutWithoutAnotherAnswerInItAndLoggedOnce(CapturedOutput output) throws Exception {
        String job = scene.submit("steps=1").id();
        Path folder = Files.createDirectories(home.logs().resolve(job));
        Files.writeString(folder.resolve("1.log"), "one\n");
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            String head = "GET /api/v1/jobs/%s/logs?follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n".formatted(job);
            socket.getOutputStream().write(head.getBytes(UTF_8));
            var answer = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            assertThat(answer.lines().anyMatch("one"::equals)).isTrue();
            Files.createDirectory(folder.resolve("2.log")); // cannot be read
            assertThat(answer.lines())
                    .as("neither a problem nor the mark of an end")
                    .containsExactly("");
            assertThat(output).containsOnlyOnce("a stream of " + job + " broke").doesNotContain("Servlet.service()");
        }
    }

    private static ResponseBodyEmitter written(List<String> told) {
        return new ResponseBodyEmitter(0L) {
            @Override
            public void send(Object piece, @Nullable MediaType type) {
                told.add(piece.toString());
            }

            @Override
            public void send(Set<DataWithMediaType> pieces) {
                told.add(pieces.stream().map(each -> each.getData().toString()).collect(Collectors.joining()));
            }
        };
    }

    private String read(String job, String query) throws Exception {
        return client.send(logs(job, query), BodyHandlers.ofString()).body();
    }

    private HttpRequest logs(String job, String query) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/api/v1/jobs/%s/logs%s".formatted(port, job, query)))
                .timeout(Duration.ofMinutes(1))
                .build();
    }

    @Test
    void aLongLogIsReadWholeAndItsTailFromTheEnd() throws Exception {
        String job = scene.submit("steps=1").id();
        Path folder = Files.createDirectories(home.logs().resolve(job));
        String line = "x".repeat(200) + "\n";
        Files.writeString(folder.resolve("1.log"), "first\n" + line.repeat(2000));
        Files.writeString(folder.resolve("2.log"), line.repeat(1000) + "last\n");
        assertThat(read(job, "").lines()).hasSize(3002).startsWith("first").endsWith("last");
        assertThat(read(job, "?tail=3000").lines())
                .hasSize(3000)
                .endsWith("last")
                .doesNotContain("first");
        assertThat(read(job, "?tail=3002").lines()).hasSize(3002).startsWith("first");
    }
}
