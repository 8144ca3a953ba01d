package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.JobControl;
import dev.tandem.jobs.JobDeletion;
import dev.tandem.security.Project;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;

/** A log may be deleted with its job while it is read; a link to nothing stands for one that went after it was listed. */
@WholeApp
@ExtendWith(OutputCaptureExtension.class)
class DeletedLogsTest {

    @AutoClose
    final HttpClient client = HttpClient.newHttpClient();

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    @Autowired
    JobControl control;

    @Autowired
    JobDeletion deletion;

    @Autowired
    LiveStreams streams;

    @Autowired
    TandemHome home;

    @Test
    void aFollowedLogEndsWhereItsJobIsDeletedAndNothingIsReportedAsBroken(CapturedOutput output) throws Exception {
        String job = scene.submit("steps=1").id();
        Path folder = Files.createDirectories(home.logs().resolve(job));
        Files.writeString(folder.resolve("1.log"), "one\n");
        int others = streams.size();
        CompletableFuture<HttpResponse<String>> follower =
                client.sendAsync(logs(job, "?follow=true"), BodyHandlers.ofString());
        while (streams.size() == others) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        Files.createSymbolicLink(folder.resolve("2.log"), folder.resolve("gone"));
        control.cancel(Project.DEFAULT, job);
        deletion.delete(Project.DEFAULT, job);
        HttpResponse<String> answer = follower.get(1, TimeUnit.MINUTES); // a connection that was cut would throw
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isIn("", "one\n");
        assertThat(output).doesNotContain(job + " broke", "Servlet.service()");
        assertThat(client.send(logs(job, ""), BodyHandlers.ofString()).statusCode())
                .isEqualTo(404);
    }

    @Test
    void aLogThatIsGoneHasNothingInItAndTheOthersAreRead() throws Exception {
        String job = scene.submit("steps=1").id();
        Path folder = Files.createDirectories(home.logs().resolve(job));
        Files.createSymbolicLink(folder.resolve("1.log"), folder.resolve("gone"));
        assertThat(read(job, "")).isEmpty();
        assertThat(read(job, "?tail=5")).isEmpty();
        Files.writeString(folder.resolve("2.log"), "two\nthree\n");
        Files.createSymbolicLink(folder.resolve("3.log"), folder.resolve("gone"));
        assertThat(read(job, "")).isEqualTo("two\nthree\n");
        assertThat(read(job, "?tail=1")).isEqualTo("three\n");
        control.cancel(Project.DEFAULT, job);
        assertThat(read(job, "?follow=true&tail=5")).isEqualTo("two\nthree\n");
    }

    private String read(String job, String query) throws Exception {
        HttpResponse<String> answer = client.send(logs(job, query), BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return answer.body();
    }

    private HttpRequest logs(String job, String query) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:%d/api/v1/jobs/%s/logs%s".formatted(port, job, query)))
                .timeout(Duration.ofMinutes(1))
                .build();
    }
}
