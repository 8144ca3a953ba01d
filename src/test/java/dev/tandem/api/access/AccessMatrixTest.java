package dev.tandem.api.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.SecuredApp;
import dev.tandem.api.access.Tenants.Answer;
import dev.tandem.api.access.Tenants.Things;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.http.HttpMethod;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.bind.annotation.RequestMethod;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

/** Walks every endpoint that there is, so that one without a rule, or that looks up an id in all projects, fails here. */
@SecuredApp
class AccessMatrixTest {

    private static final String MISSING = "zzzzzzzzzzzzzzzzzzzzzzzz";

    /** What each kind of path needs in its body to get as far as its id. */
    private static final Map<String, String> BODIES = Map.of(
            "/api/v1/models/{id}/score", "{\"rows\":[{\"prompt\":\"a\",\"completions\":[\"b\"]}]}",
            "/api/v1/models/{id}/merge", "{\"name\":\"merged\"}",
            "/v1/webhook_endpoints/{id}/test", "{\"event_type\":\"fine_tuning.job.succeeded\"}");

    @Autowired
    Tenants tenants;

    @Autowired
    JdbcClient sql;

    @Autowired
    @Qualifier("requestMappingHandlerMapping")
    RequestMappingHandlerMapping mappings;

    private Things red;

    record Endpoint(HttpMethod method, String path) {

        boolean isHere() {
            return !path.startsWith("/internal")
                    && !Set.of("/error", "/v3/api-docs", "/v3/api-docs.yaml").contains(path)
                    && !path.startsWith("/swagger-ui")
                    && !path.startsWith("/v3/api-docs");
        }

        String at(String id) {
            return path.replaceAll("\\{name}", "config.json")
                    .replaceAll("\\{[a-z]+}", id)
                    .replace("**", "x");
        }

        @Nullable
        String body() {
            return method.equals(HttpMethod.GET) || method.equals(HttpMethod.DELETE)
                    ? null
                    : BODIES.getOrDefault(path, "{}");
        }
    }

    private List<Endpoint> endpoints() {
        var found = new ArrayList<Endpoint>();
        mappings.getHandlerMethods()
                .keySet()
                .forEach(mapping -> mapping.getPatternValues().forEach(path -> {
                    Set<RequestMethod> methods = mapping.getMethodsCondition().getMethods();
                    Stream<HttpMethod> each = methods.isEmpty()
                            ? Stream.of(HttpMethod.GET, HttpMethod.POST)
                            : methods.stream().map(RequestMethod::asHttpMethod);
                    each.map(method -> new Endpoint(method, path))
                            .filter(Endpoint::isHere)
                            .filter(endpoint -> !found.contains(endpoint))
                            .forEach(found::add);
                }));
        assertThat(found).hasSizeGreaterThan(50);
        return found;
    }

    @BeforeEach
    void somethingOfRed() {
        tenants.empty();
        red = tenants.things("red");
    }

    private Answer call(@Nullable String token, Endpoint endpoint, String id) throws Exception {
        return tenants.send(token, endpoint.method().name(), endpoint.at(id), endpoint.body());
    }

    @Test
    void nobodyGetsInWithoutCredentialsThatFit() throws Exception {
        String expired = tenants.key("red", "admin");
        sql.sql("UPDATE api_key SET expires_at = clock_timestamp()").update();
        String revoked = tenants.key("red", "admin");
        sql.sql("UPDATE api_key SET revoked_at = clock_timestamp() WHERE expires_at IS NULL")
                .update();
        var tokens = new ArrayList<@Nullable String>(List.of(
                "garbage", "tdm_garbage", expired, revoked, expired.substring(0, expired.length() - 1), "tdm_"));
        tokens.add(AttemptToken.issue().secret());
        tokens.addFirst(null);
        for (Endpoint endpoint : endpoints()) {
            for (@Nullable String token : tokens) {
                Answer answer = call(token, endpoint, red.job());
                assertThat(answer.status()).as("%s with %s", endpoint, token).isEqualTo(401);
                assertThat(answer.headers().firstValue("WWW-Authenticate").orElse(""))
                        .startsWith("Bearer realm=\"tandem\"");
                assertThat(answer.json().at("/error/code").asString())
                        .isEqualTo(token == null ? "missing_api_key" : "invalid_api_key");
                assertThat(answer.body())
                        .doesNotContain(token == null ? "tdm_0" : token.length() < 9 ? "\u0000" : token);
            }
        }
    }

    @Test
    void eachEndpointNeedsTheScopeOfItsRule() throws Exception {
        String metrics = tenants.key("default", "metrics");
        String read = tenants.key("blue", "read");
        String submit = tenants.key("blue", "submit");
        for (Endpoint endpoint : endpoints()) {
            Scope needed = AccessRule.scopeOf(endpoint.method(), endpoint.at("x"))
                    .orElseThrow(() -> new AssertionError("no rule of access for " + endpoint));
            assertThat(call(metrics, endpoint, MISSING).status())
                    .as("%s", endpoint)
                    .isEqualTo(403);
            Answer withRead = call(read, endpoint, MISSING);
            Answer withSubmit = call(submit, endpoint, MISSING);
            assertThat(withRead.status() == 403)
                    .as("%s with read: %s", endpoint, withRead)
                    .isEqualTo(needed != Scope.READ);
            assertThat(withSubmit.status() == 403).as("%s", endpoint).isEqualTo(needed == Scope.ADMIN);
            if (withRead.status() == 403) {
                assertThat(withRead.json().at("/error/code").asString()).isEqualTo("insufficient_scope");
                assertThat(withRead.headers().firstValue("WWW-Authenticate").orElse(""))
                        .contains("error=\"insufficient_scope\", scope=\"" + needed.word() + "\"");
            }
        }
        assertThat(tenants.get(metrics, "/actuator/prometheus").status()).isEqualTo(200);
        assertThat(tenants.get(SecuredApp.BOOTSTRAP_KEY, "/actuator/prometheus").status())
                .isEqualTo(200);
        assertThat(tenants.get(tenants.key("blue", "admin"), "/actuator/prometheus")
                        .status())
                .isEqualTo(403);
        assertThat(tenants.send(tenants.key("blue", "admin"), "PUT", "/api/v1/queues/night", "{}")
                        .status())
                .isEqualTo(403);
        assertThat(tenants.get(null, "/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(tenants.get(null, "/v3/api-docs").status()).isEqualTo(200);
    }

    /** Answers to what another project has, and to what nobody has, must be the same. */
    @Test
    void whatAnotherProjectHasDoesNotExist() throws Exception {
        String blue = tenants.key("blue", "admin");
        String redKey = tenants.made(Map.of("name", "k", "project", "red", "scopes", List.of("read")))
                .at("/details/id")
                .asString();
        for (Endpoint endpoint : endpoints()) {
            if (!endpoint.path().contains("{") || endpoint.path().startsWith("/api/v1/queues/")) { // which all share
                continue;
            }
            String theirs = theirs(endpoint.path(), redKey);
            String none = theirs.substring(0, theirs.length() - MISSING.length()) + MISSING;
            Answer foreign = call(blue, endpoint, theirs);
            assertThat(foreign.status()).as("%s: %s", endpoint, foreign).isEqualTo(404);
            assertThat(foreign.without(theirs))
                    .isEqualTo(call(blue, endpoint, none).without(none));
        }
    }

    /** The id of red's that belongs into a path; a new kind of path must be told here. */
    private String theirs(String path, String key) {
        String tail = red.dataset().substring("ds_".length());
        return switch (path.replaceFirst("/\\{.*", "")) {
            case "/api/v1/models", "/v1/models" -> red.model();
            case "/api/v1/datasets" -> red.dataset();
            case "/v1/files" -> "file-" + tail;
            case "/api/v1/jobs", "/api/2.0/mlflow-artifacts/artifacts" -> red.job();
            case "/v1/fine_tuning/jobs" -> "ftjob-" + red.job().substring("job_".length());
            case "/v1/webhook_endpoints" -> red.endpoint();
            case "/api/v1/api-keys" -> key;
            default -> throw new AssertionError("whose id belongs into " + path + "?");
        };
    }

    @Test
    void noQueryAndNoBodyReachesAnotherProject() throws Exception {
        String blue = tenants.key("blue", "submit");
        Things own = tenants.things("blue");
        String file = "file-" + red.dataset().substring(3);
        for (String path : List.of(
                "/api/2.0/mlflow/runs/get?run_id=" + red.job(),
                "/api/2.0/mlflow/artifacts/list?run_id=" + red.job(),
                "/api/2.0/mlflow/metrics/get-history?metric_key=loss&run_id=" + red.job(),
                "/api/2.0/mlflow-artifacts/artifacts?path=" + red.job(),
                "/v1/files?after=" + file,
                "/v1/fine_tuning/jobs?after=ftjob-" + red.job().substring(4),
                "/v1/webhook_endpoints?after=" + red.endpoint())) {
            same(blue, "GET", path, null, path.contains(file) ? file : path.replaceFirst(".*[=]", ""));
        }
        String job = "{\"model\":\"%s\",\"dataset\":\"%s\"}";
        same(blue, "POST", "/api/v1/jobs", job.formatted(red.model(), own.dataset()), red.model());
        same(blue, "POST", "/api/v1/jobs", job.formatted(own.model(), red.dataset()), red.dataset());
        same(
                blue,
                "POST",
                "/api/v1/jobs",
                "{\"model\":\"tiny\",\"dataset\":\"rows\",\"adapter\":\"%s\"}".formatted(red.model()),
                red.model());
        same(
                blue,
                "POST",
                "/v1/fine_tuning/jobs",
                "{\"model\":\"tiny\",\"training_file\":\"%s\"}".formatted(file),
                file);
        same(
                blue,
                "POST",
                "/api/v1/models/tiny/score",
                "{\"reference\":\"%s\",\"rows\":[{\"prompt\":\"a\",\"completions\":[\"b\"]}]}".formatted(red.model()),
                red.model());
    }

    private void same(String token, String method, String path, @Nullable String json, String theirs) throws Exception {
        String none = theirs.substring(0, theirs.length() - MISSING.length()) + MISSING;
        Answer foreign = tenants.send(token, method, path, json);
        Answer missing = tenants.send(
                token, method, path.replace(theirs, none), json == null ? null : json.replace(theirs, none));
        assertThat(foreign.status()).as("%s %s: %s", path, json, foreign).isBetween(400, 422);
        assertThat(foreign.without(theirs)).isEqualTo(missing.without(none));
    }

    @Test
    void noListShowsWhatIsOfAnotherProject() throws Exception {
        tenants.made(Map.of("name", "red-key", "project", "red", "scopes", List.of("read")));
        String blue = tenants.key("blue", "admin");
        for (Endpoint endpoint : endpoints()) {
            if (endpoint.method().equals(HttpMethod.GET) && !endpoint.path().contains("{")) {
                assertThat(tenants.get(blue, endpoint.at("")).body())
                        .as("%s", endpoint)
                        .doesNotContain("\"red\"", "red-")
                        .doesNotContain(red.model())
                        .doesNotContain(red.job().substring(4))
                        .doesNotContain(red.dataset().substring(3));
            }
        }
        Answer runs = tenants.send(blue, "POST", "/api/2.0/mlflow/runs/search", "{\"experiment_ids\":[\"0\"]}");
        assertThat(runs.status()).isEqualTo(200);
        assertThat(runs.body()).doesNotContain(red.job());
    }

    @Test
    void noKeyOpensTheDoorOfWorkers() throws Exception {
        String admin = tenants.key("red", "admin");
        for (@Nullable String token : new @Nullable String[] {null, SecuredApp.BOOTSTRAP_KEY, admin, "garbage"}) {
            for (String path : List.of("", "/heartbeat", "/reports")) {
                Answer answer = tenants.send(
                        token,
                        path.isEmpty() ? "GET" : "POST",
                        "/internal/attempts/" + red.job() + "/1" + path,
                        path.isEmpty() ? null : "no json");
                assertThat(answer.status()).as(path).isEqualTo(401); // before the body is looked at
                assertThat(answer.json().at("/error/code").asString()).isEqualTo("wrong_token");
            }
        }
    }
}
