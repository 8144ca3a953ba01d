package dev.tandem.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.SecuredApp;
import dev.tandem.home.TandemHome;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** An answer that outlasts its request outlasts no key. */
@SecuredApp
@ExtendWith(OutputCaptureExtension.class)
class StreamAccessTest {

    @Autowired
    Tenants tenants;

    @Autowired
    JdbcClient sql;

    @Autowired
    TandemHome home;

    @LocalServerPort
    int port;

    private final HttpClient http = HttpClient.newHttpClient();
    private String job;

    @BeforeEach
    void things() throws IOException {
        tenants.empty();
        job = tenants.things("red").job();
        Path log = Files.createDirectories(home.logs().resolve(job)).resolve("1.log");
        Files.writeString(log, "begun\n");
    }

    @AfterEach
    void hangUp() {
        http.shutdownNow();
    }

    /** One who reads events and one who follows the log. */
    private List<CompletableFuture<String>> readers(String token) throws Exception {
        var readers = new ArrayList<CompletableFuture<String>>();
        for (String path : List.of("/events", "/logs?follow=true")) {
            var begun = new CompletableFuture<Integer>();
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d/api/v1/jobs/%s%s".formatted(port, job, path)))
                    .header("Authorization", "Bearer " + token)
                    .timeout(Duration.ofMinutes(1));
            if (path.equals("/events")) {
                request.header("Accept", "text/event-stream");
            }
            readers.add(http.sendAsync(request.build(), head -> {
                        begun.complete(head.statusCode());
                        return BodyHandlers.ofString().apply(head);
                    })
                    .thenApply(HttpResponse::body));
            assertThat(begun.get(30, TimeUnit.SECONDS)).isEqualTo(200);
        }
        return readers;
    }

    private static void areCutOff(List<CompletableFuture<String>> readers) {
        assertThat(readers)
                .allSatisfy(reader -> assertThatThrownBy(() -> reader.get(30, TimeUnit.SECONDS))
                        .as("closed in the middle, so that nobody takes it for the job's end")
                        .hasCauseInstanceOf(IOException.class));
    }

    @Test
    void aRevokedKeyAnExpiredOneAndAnExpiredTokenEndTheirStreamsAndNoOthers(CapturedOutput log) throws Exception {
        var staying = readers(tenants.key("red", "read"));
        JsonNode revoked = tenants.made(Map.of("name", "revoked", "project", "red", "scopes", List.of("read")));
        var ofRevoked = readers(revoked.path("key").asString());
        var ofExpiring = readers(tenants.key("red", "read"));
        Instant longAgo = Instant.now().minusSeconds(48); // a token is good for 60 s more, as clocks differ
        String token = LocalIssuer.sign(
                LocalIssuer.claims().expirationTime(Date.from(longAgo)).build(), LocalIssuer.KEY);
        var ofToken = readers(token);

        String path = "/api/v1/api-keys/" + revoked.at("/details/id").asString();
        assertThat(tenants.send(SecuredApp.BOOTSTRAP_KEY, "DELETE", path, null).status())
                .isEqualTo(204);
        areCutOff(ofRevoked);
        assertThat(ofExpiring).noneMatch(CompletableFuture::isDone);
        sql.sql(
                        "UPDATE api_key SET expires_at = clock_timestamp() WHERE id = (SELECT id FROM api_key ORDER BY created_at DESC LIMIT 1)")
                .update();
        areCutOff(ofExpiring);
        areCutOff(ofToken);
        assertThat(tenants.get(token, "/api/v1/jobs/" + job + "/events").status())
                .isEqualTo(401);

        assertThat(log.getAll()).as("nothing failed").doesNotContain(" ERROR ");
        assertThat(staying).noneMatch(CompletableFuture::isDone);
        String cancel = "/api/v1/jobs/" + job + "/cancel";
        tenants.send(tenants.key("red", "submit"), "POST", cancel, null);
        assertThat(staying.getFirst().get(30, TimeUnit.SECONDS)).contains("cancelled");
        assertThat(staying.getLast().get(30, TimeUnit.SECONDS)).startsWith("begun\n");
    }
}
