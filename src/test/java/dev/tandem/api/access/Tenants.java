package dev.tandem.api.access;

import dev.tandem.GoldenModel;
import dev.tandem.SecuredApp;
import dev.tandem.datasets.DatasetIntake;
import dev.tandem.datasets.DatasetUpload;
import dev.tandem.jobs.Submissions;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.NewFile;
import dev.tandem.security.Project;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.OnInvalid;
import dev.tandem.webhooks.Webhooks;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.test.context.TestComponent;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Two projects that have something, and whoever speaks for them over real HTTP. */
@TestComponent
public class Tenants {

    private final ModelIntake models;
    private final DatasetIntake datasets;
    private final Submissions submissions;
    private final Webhooks webhooks;
    private final JdbcClient sql;
    private final Environment environment;
    private final HttpClient http = HttpClient.newHttpClient();

    Tenants(
            ModelIntake models,
            DatasetIntake datasets,
            Submissions submissions,
            Webhooks webhooks,
            JdbcClient sql,
            Environment environment) {
        this.models = models;
        this.datasets = datasets;
        this.submissions = submissions;
        this.webhooks = webhooks;
        this.sql = sql;
        this.environment = environment;
    }

    /** Ids of what a project has. */
    record Things(String model, String dataset, String job, String endpoint) {}

    record Answer(int status, java.net.http.HttpHeaders headers, String body) {

        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }

        /** The answer as somebody sees it who compares answers: without what is the caller's own. */
        String without(String id) {
            return status + " "
                    + body.replace(id, "ID")
                            .replaceAll("\"request_id\":\"[^\"]*\"", "")
                            .replaceAll("\"instance\":\"[^\"]*\"", "");
        }
    }

    void empty() {
        sql.sql("TRUNCATE job, attempt, lease, metric, event, checkpoint, model, dataset, dataset_gone,"
                        + " webhook_endpoint, webhook_delivery, api_key")
                .update();
        sql.sql("INSERT INTO project VALUES ('red', now()), ('blue', now()) ON CONFLICT DO NOTHING")
                .update();
    }

    /** A project's things all have its name. */
    Things things(String project) {
        var owner = new Project(project);
        String model = models.register(
                        owner,
                        "tiny",
                        GoldenModel.named("llama-tied-tiny").files().entrySet().stream()
                                .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                                .toList(),
                        null)
                .id();
        var rows = new ByteArrayResource("{\"prompt\":\"a\",\"chosen\":\"%s\",\"rejected\":\"c\"}\n"
                .formatted(project)
                .getBytes(StandardCharsets.UTF_8));
        String dataset = datasets.take(
                        owner, new DatasetUpload("rows", "rows.jsonl", rows, DatasetFormat.AUTO, OnInvalid.REJECT))
                .dataset()
                .id();
        SubmitJob request = SubmitJob.read(
                Map.of("name", project + "-job", "model", model, "dataset", dataset, "labels", Map.of("of", project)));
        String job = submissions.submit(owner, request, null).job().id();
        String endpoint = webhooks.create(
                        owner, project + "-hook", "http://127.0.0.1:9/hook", List.of("fine_tuning.job.succeeded"))
                .id();
        return new Things(model, dataset, job, endpoint);
    }

    /** A new key, made as an operator does. */
    String key(String project, String... scopes) throws IOException, InterruptedException {
        return made(Map.of("name", "test", "project", project, "scopes", List.of(scopes)))
                .path("key")
                .asString();
    }

    JsonNode made(Map<String, Object> request) throws IOException, InterruptedException {
        Answer answer = send(
                SecuredApp.BOOTSTRAP_KEY,
                "POST",
                "/api/v1/api-keys",
                JsonMapper.shared().writeValueAsString(request));
        if (answer.status() != 201) {
            throw new AssertionError(answer.toString());
        }
        return answer.json();
    }

    Answer get(@Nullable String token, String path) throws IOException, InterruptedException {
        return send(token, "GET", path, null);
    }

    Answer send(@Nullable String token, String method, String path, @Nullable String json)
            throws IOException, InterruptedException {
        String server = "http://127.0.0.1:" + environment.getRequiredProperty("local.server.port");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server + path))
                .method(
                        method,
                        json == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json));
        if (json != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.headers(), response.body());
    }
}
