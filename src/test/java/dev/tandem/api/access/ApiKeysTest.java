package dev.tandem.api.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.UnauthorizedException;
import dev.tandem.SecuredApp;
import dev.tandem.api.access.Tenants.Answer;
import dev.tandem.api.access.Tenants.Things;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** The life of a key, and what is noted of it. */
@SecuredApp
@ExtendWith(OutputCaptureExtension.class)
class ApiKeysTest {

    @Autowired
    Tenants tenants;

    @Autowired
    JdbcClient sql;

    @LocalServerPort
    int port;

    @BeforeEach
    void empty() {
        tenants.empty();
    }

    private OpenAIClient sdk(String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl("http://127.0.0.1:%d/v1".formatted(port))
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    @Test
    void aKeyIsShownOnceAndStoredAsAHashOnly(CapturedOutput log) throws Exception {
        JsonNode made = tenants.made(Map.of("name", "ci", "project", "red", "scopes", List.of("submit")));
        String key = made.path("key").asString();
        assertThat(key).matches("tdm_[A-Za-z0-9_-]{43}");
        String id = made.at("/details/id").asString();
        assertThat(tenants.get(key, "/api/v1/jobs").status()).isEqualTo(200);
        for (String path : List.of("/api/v1/api-keys", "/api/v1/api-keys/" + id)) {
            Answer shown = tenants.get(SecuredApp.BOOTSTRAP_KEY, path);
            assertThat(shown.body())
                    .contains(key.substring(0, 12), "\"last_used_at\":\"20")
                    .doesNotContain(key.substring(0, 13));
        }
        assertThat(sql.sql("SELECT api_key::text FROM api_key")
                        .query(String.class)
                        .single())
                .doesNotContain(key.substring(12));
        assertThat(sql.sql("SELECT count(*) FROM api_key WHERE hash = sha256(convert_to(:key, 'UTF8'))")
                        .param("key", key)
                        .query(Integer.class)
                        .single())
                .isEqualTo(1);
        tenants.get(key + "x", "/api/v1/jobs");
        assertThat(log.getAll()).doesNotContain(key).doesNotContain(SecuredApp.BOOTSTRAP_KEY);
    }

    @Test
    void useIsNotedOnceAMinute() throws Exception {
        String key = tenants.key("red", "read");
        tenants.get(key, "/api/v1/jobs");
        Instant first = lastUse();
        tenants.get(key, "/api/v1/jobs");
        assertThat(lastUse()).isEqualTo(first);
        sql.sql("UPDATE api_key SET last_used_at = clock_timestamp() - interval '61 seconds'")
                .update();
        tenants.get(key, "/api/v1/jobs");
        assertThat(lastUse()).isAfter(first);
    }

    private Instant lastUse() {
        return sql.sql("SELECT last_used_at FROM api_key")
                .query(java.sql.Timestamp.class)
                .single()
                .toInstant();
    }

    @Test
    void aRevokedKeyOpensNothingFromThenOn() throws Exception {
        JsonNode made = tenants.made(Map.of("name", "ci", "project", "red", "scopes", List.of("read")));
        String key = made.path("key").asString();
        String path = "/api/v1/api-keys/" + made.at("/details/id").asString();
        assertThat(tenants.get(key, "/v1/models").status()).isEqualTo(200);
        assertThat(tenants.send(SecuredApp.BOOTSTRAP_KEY, "DELETE", path, null).status())
                .isEqualTo(204);
        assertThat(tenants.get(key, "/v1/models").status()).isEqualTo(401);
        assertThat(tenants.get(SecuredApp.BOOTSTRAP_KEY, path)
                        .json()
                        .path("revoked_at")
                        .isNull())
                .isFalse();
    }

    @Test
    void openaisSdkComesInWithAKeyAndThrowsItsOwnExceptions() throws Exception {
        Things red = tenants.things("red");
        var client = sdk(tenants.key("red", "read"));
        assertThat(client.models().list().items())
                .extracting(model -> model.id())
                .containsExactly("tiny");
        assertThatThrownBy(() -> client.files().delete("file-" + red.dataset().substring(3)))
                .isInstanceOf(PermissionDeniedException.class)
                .hasMessageContaining("this needs the scope submit");
        assertThatThrownBy(() -> sdk("sk-any").models().list()).isInstanceOf(UnauthorizedException.class);
        assertThat(sdk(tenants.key("blue", "read")).models().list().items()).isEmpty();
    }

    @Test
    void anAdminAdministersItsProjectAndAnOperatorAll() throws Exception {
        String admin = tenants.key("red", "admin");
        String own = "{\"name\":\"own\",\"scopes\":[\"read\"]}";
        assertThat(tenants.send(admin, "POST", "/api/v1/api-keys", own)
                        .json()
                        .at("/details/project")
                        .asString())
                .isEqualTo("red");
        for (String project : List.of("blue", "default", "none")) {
            assertThat(tenants.send(
                                    admin,
                                    "POST",
                                    "/api/v1/api-keys",
                                    "{\"name\":\"a\",\"scopes\":[\"read\"],\"project\":\"%s\"}".formatted(project))
                            .json()
                            .path("detail")
                            .asString())
                    .isEqualTo("no project \"%s\"; it may have been deleted".formatted(project));
        }
        assertThat(tenants.send(admin, "POST", "/api/v1/api-keys", "{\"name\":\"m\",\"scopes\":[\"metrics\"]}")
                        .status())
                .isEqualTo(422);
        assertThat(tenants.send(admin, "POST", "/api/v1/projects", "{\"name\":\"green\"}")
                        .status())
                .isEqualTo(403);
        assertThat(tenants.get(admin, "/api/v1/projects").json().path("data")).hasSize(1);
        String name = "p" + System.nanoTime();
        String project = "{\"name\":\"%s\"}".formatted(name);
        assertThat(tenants.send(SecuredApp.BOOTSTRAP_KEY, "POST", "/api/v1/projects", project)
                        .status())
                .isEqualTo(201);
        assertThat(tenants.send(SecuredApp.BOOTSTRAP_KEY, "POST", "/api/v1/projects", project)
                        .status())
                .isEqualTo(409);
        assertThat(tenants.send(SecuredApp.BOOTSTRAP_KEY, "POST", "/api/v1/projects", "{\"name\":\"No Such\"}")
                        .status())
                .isEqualTo(422);
        assertThat(tenants.get(SecuredApp.BOOTSTRAP_KEY, "/api/v1/projects").body())
                .contains(name, "red", "default");
    }

    @ParameterizedTest
    @ValueSource(strings = {"+999999999-12-31T23:59:59Z", "-999999999-01-01T00:00:00Z", "2030-02-30T00:00:00Z", "soon"})
    void anExpiryThatIsNoTimeIsRefused(String time) throws Exception {
        String request = "{\"name\":\"k\",\"scopes\":[\"read\"],\"expires_at\":\"" + time + "\"}";
        Answer answer = tenants.send(SecuredApp.BOOTSTRAP_KEY, "POST", "/api/v1/api-keys", request);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("detail").asString())
                .startsWith("expires_at must be a time like 2030-01-31T00:00:00Z, was \"" + time);
    }

    @Test
    void aKeyThatMakesNoSenseIsRefusedWithAllThatIsWrong() throws Exception {
        String request = "{\"name\":\"\",\"scopes\":[\"reed\"],\"expires_at\":\"2001-01-01T00:00:00Z\"}";
        Answer answer = tenants.send(SecuredApp.BOOTSTRAP_KEY, "POST", "/api/v1/api-keys", request);
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.json().path("errors").findValuesAsString("field"))
                .containsExactlyInAnyOrder("name", "scopes", "expires_at");
        assertThat(tenants.send(
                                SecuredApp.BOOTSTRAP_KEY,
                                "POST",
                                "/api/v1/api-keys",
                                "{\"name\":\"%s\",\"scopes\":[\"read\"]}".formatted("x".repeat(1 << 20)))
                        .status())
                .isEqualTo(413);
    }

    @Test
    void theAuditHasWhoDidWhatAndHowItEnded() throws Exception {
        Things red = tenants.things("red");
        JsonNode made = tenants.made(Map.of("name", "ci", "project", "red", "scopes", List.of("submit")));
        String key = made.path("key").asString();
        String who = made.at("/details/id").asString();
        tenants.send(key, "POST", "/api/v1/jobs/" + red.job() + "/cancel", null);
        tenants.send(key, "POST", "/api/v1/api-keys", "{}");
        tenants.send(key, "DELETE", "/api/v1/models/none", null);
        tenants.get(key, "/api/v1/jobs");
        String admin = tenants.key("red", "admin");
        JsonNode lines = tenants.get(admin, "/api/v1/audit?limit=3").json().path("data");
        assertThat(lines.findValuesAsString("who")).containsOnly(who);
        assertThat(lines.findValuesAsString("action")).containsExactly("modelsDelete", "none", "jobsCancel");
        assertThat(lines.findValues("status")).extracting(JsonNode::asInt).containsExactly(404, 403, 200);
        assertThat(lines.path(2).path("target").asString())
                .isEqualTo("POST /api/v1/jobs/%s/cancel".formatted(red.job()));
        assertThat(lines.path(2).path("address").asString()).isEqualTo("127.0.0.1");
        assertThat(tenants.get(tenants.key("blue", "admin"), "/api/v1/audit").body())
                .doesNotContain(red.job());
        assertThat(tenants.get(admin, "/api/v1/audit?project=blue").status()).isEqualTo(404);
        assertThat(tenants.get(SecuredApp.BOOTSTRAP_KEY, "/api/v1/audit?project=red")
                        .body())
                .contains(red.job());
        for (String change : List.of("UPDATE audit SET who = 'x'", "DELETE FROM audit", "TRUNCATE audit")) {
            assertThatThrownBy(() -> sql.sql(change).update()).hasMessageContaining("append-only");
        }
    }
}
