package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Holdings;
import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.spec.Form;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.TrainingSpec;
import java.lang.reflect.RecordComponent;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Whatever is sent, the answer is a success or a problem that says what is wrong; the seeds are in the names of failures. */
@WholeApp
class FuzzTest {

    private static final List<String> NUMBERS = List.of(
            "1e999",
            "-1e999",
            "9223372036854775808",
            "-9223372036854775809",
            "2147483648",
            "1e-400",
            "-0",
            "-0.0",
            "NaN",
            "\"NaN\"",
            "0.30000000000000004",
            "9".repeat(400),
            "-" + "7".repeat(400));

    @AutoClose
    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    @Autowired
    Holdings holdings;

    @Autowired
    JdbcClient sql;

    @Test
    void noNumberInAnyFieldBreaksTheServer() throws Exception {
        String inputs = "\"model\": \"%s\", \"dataset\": \"%s\"".formatted(scene.model(), scene.dataset("steps=1"));
        var wrong = new ArrayList<String>();
        for (String field : numericFields()) {
            for (String number : NUMBERS) {
                String nested = field.contains(".")
                        ? "\"%s\": {\"%s\": %s}".formatted(field.split("\\.")[0], field.split("\\.")[1], number)
                        : "\"%s\": %s".formatted(field, number);
                HttpResponse<String> answer = post("/api/v1/jobs", "{%s, %s}".formatted(inputs, nested));
                boolean named = answer.statusCode() == 422
                        && problem(answer).get("errors").findValuesAsString("field").contains(field);
                if (answer.statusCode() != 201 && !named) {
                    wrong.add("%s = %.40s: %d %.200s".formatted(field, number, answer.statusCode(), answer.body()));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    private static List<String> numericFields() {
        var fields = new ArrayList<String>();
        numeric("", SubmitJob.class, fields);
        numeric("training.", TrainingSpec.class, fields);
        numeric("lora.", LoraSpec.class, fields);
        fields.add("resources.gpus");
        assertThat(fields).hasSizeGreaterThan(40).contains("training.learning_rate", "max_runtime_seconds");
        return fields;
    }

    private static void numeric(String prefix, Class<?> type, List<String> fields) {
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> c = component.getType();
            if (Number.class.isAssignableFrom(c) || c.isPrimitive() && c != boolean.class) {
                fields.add(prefix + Form.wireName(component.getName()));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void noJsonBreaksTheServer(int seed) throws Exception {
        var random = new Random(seed);
        List<Map.Entry<String, String>> right = rightBodies();
        for (int i = 0; i < 500; i++) {
            Map.Entry<String, String> body = right.get(random.nextInt(right.size()));
            byte[] spoilt = random.nextInt(3) == 0
                    ? spoilBytes(body.getValue().getBytes(UTF_8), random)
                    : new HostileJson(random).spoil(body.getValue()).getBytes(UTF_8);
            check(send(body.getKey(), "application/json", spoilt), "%d/%d %s".formatted(seed, i, body.getKey()), spoilt);
        }
    }

    private List<Map.Entry<String, String>> rightBodies() {
        String model = scene.model();
        String dataset = scene.dataset("steps=1");
        var bodies = new ArrayList<Map.Entry<String, String>>();
        bodies.add(Map.entry("/api/v1/jobs", """
                {"name": "a", "model": "%s", "dataset": "%s", "method": "dpo", "queue": "q", "priority": 1,
                 "training": {"beta": 0.1, "loss_type": ["sigmoid", "sft"], "loss_weights": [1, 0.5],
                              "lr_scheduler_kwargs": {"num_cycles": 1}, "max_steps": 3},
                 "lora": {"r": 4, "target_modules": ["q_proj"], "rank_pattern": {"q_proj": 2}},
                 "resources": {"gpus": 0}, "labels": {"team": "x"}, "max_runtime_seconds": 60}
                """.formatted(model, dataset)));
        bodies.add(Map.entry("/api/v1/models", "{\"name\": \"b\", \"uri\": \"file:///tmp/x\", \"base_model\": null}"));
        bodies.add(Map.entry("/api/v1/models/tiny/merge", "{\"name\": \"merged\"}"));
        bodies.add(Map.entry(
                "/api/v1/models/nobody/score",
                "{\"rows\": [{\"prompt\": \"a\", \"completions\": [\"b\"]}], \"beta\": 0.1, \"max_length\": 20}"));
        bodies.add(Map.entry("/v1/fine_tuning/jobs", """
                {"model": "%s", "training_file": "file-%s", "seed": 1, "suffix": "s", "metadata": {"k": "v"},
                 "method": {"type": "dpo", "dpo": {"hyperparameters": {"beta": 0.1, "n_epochs": "auto"}}}}
                """.formatted(model, dataset.substring(3))));
        bodies.add(Map.entry("/v1/webhook_endpoints", """
                {"name": "n", "url": "https://1.1.1.1/", "event_types": ["fine_tuning.job.failed"]}
                """));
        bodies.add(Map.entry("/api/2.0/mlflow/runs/search", """
                {"experiment_ids": ["0"], "filter": "metrics.loss < 1 and tags.a = 'b'", "max_results": 5,
                 "order_by": ["metrics.loss DESC"], "run_view_type": "ACTIVE_ONLY"}
                """));
        return bodies;
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5})
    void noMultipartBodyBreaksTheServer(int seed) throws Exception {
        var random = new Random(seed);
        String row = "{\"prompt\": \"a\", \"chosen\": \" b\", \"rejected\": \" c\"}\n";
        List<String> types = List.of("multipart/form-data; boundary=b", "multipart/form-data", "multipart/mixed; boundary=b");
        for (int i = 0; i < 300; i++) {
            String path = List.of("/api/v1/datasets", "/api/v1/models", "/v1/files").get(i % 3);
            String part = path.endsWith("models") ? "files" : "file";
            String fileName = HostileJson.NAMES.get(random.nextInt(HostileJson.NAMES.size()));
            byte[] body = ("--b\r\nContent-Disposition: form-data; name=\"%s\"; filename=\"%s\"\r\n\r\n%s\r\n--b\r\n"
                            + "Content-Disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n--b--\r\n")
                    .formatted(part, fileName, row)
                    .getBytes(UTF_8);
            byte[] spoilt = random.nextInt(4) == 0 ? body : spoilBytes(body, random);
            String type = types.get(random.nextInt(10) < 8 ? 0 : random.nextInt(types.size()));
            check(send(path, type, spoilt), "%d/%d %s %s".formatted(seed, i, path, fileName), spoilt);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = 6)
    void noQuestionBreaksTheServer(int seed) throws Exception {
        var random = new Random(seed);
        List<String> paths = List.of(
                "/api/v1/jobs?status=%s",
                "/api/v1/jobs?label=%s:%s",
                "/api/v1/jobs?after=%s&limit=%s",
                "/api/v1/jobs/%s",
                "/api/v1/jobs/%s/metrics?names=%s&from_step=%s&max_points=%s",
                "/api/v1/jobs/%s/events?after=%s",
                "/api/v1/jobs/%s/artifacts/%s",
                "/api/v1/models/%s/files/%s",
                "/api/v1/datasets/%s/rows?after=%s",
                "/v1/files/%s/content",
                "/v1/fine_tuning/jobs?after=%s&limit=%s",
                "/v1/fine_tuning/jobs/%s/events",
                "/api/2.0/mlflow/runs/get?run_id=%s",
                "/api/2.0/mlflow/artifacts/list?run_id=%s&path=%s");
        for (int i = 0; i < 500; i++) {
            String path = paths.get(random.nextInt(paths.size()));
            while (path.contains("%s")) {
                String name = HostileJson.NAMES.get(random.nextInt(HostileJson.NAMES.size()));
                String value = random.nextInt(4) == 0 ? NUMBERS.get(random.nextInt(NUMBERS.size())) : name;
                String encoded = java.net.URLEncoder.encode(value, UTF_8).replace("+", "%20");
                path = path.replaceFirst("%s", encoded.replace("%s", "%25s"));
            }
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build(),
                    HttpResponse.BodyHandlers.ofString());
            check(answer, seed + "/" + i + " " + path, new byte[0]);
        }
    }

    @Test
    void thousandsOfUnknownFieldsAreAnsweredAtOnceAndShortly() throws Exception {
        var fields = new LinkedHashMap<String, Object>();
        for (int i = 0; i < 25_000; i++) {
            fields.put("unknown_field_" + i, i);
        }
        fields.put("x".repeat(40_000), "y".repeat(100_000));
        long start = System.nanoTime();
        HttpResponse<String> answer = post(
                "/api/v1/jobs", JsonMapper.shared().writeValueAsString(Map.of("training", fields, "name", "n".repeat(90_000))));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body().length()).isLessThan(400_000);
        assertThat(answer.body()).contains("and 24970 others");
        assertThat((System.nanoTime() - start) / 1_000_000).as("ms").isLessThan(5000);
    }

    private static byte[] spoilBytes(byte[] right, Random random) {
        byte[] spoilt = switch (random.nextInt(4)) {
            case 0 -> Arrays.copyOf(right, random.nextInt(right.length));
            case 1 -> Arrays.copyOf(right, right.length + random.nextInt(50));
            default -> right.clone();
        };
        for (int n = random.nextInt(5); n > 0 && spoilt.length > 0; n--) {
            spoilt[random.nextInt(spoilt.length)] = (byte) random.nextInt(256);
        }
        return spoilt;
    }

    private void check(HttpResponse<String> answer, String which, byte[] sent) {
        String what = "%s%n%s%n-> %d %s".formatted(which, new String(sent, UTF_8), answer.statusCode(), answer.body());
        assertThat(answer.statusCode()).as(what).isBetween(200, 499);
        if (answer.statusCode() >= 400 && !which.contains("/mlflow/")) {
            assertThat(answer.headers().firstValue("Content-Type")).as(what).hasValue("application/problem+json");
            assertThat(problem(answer).get("error").get("message").asString()).as(what).isNotBlank();
        }
    }

    private static JsonNode problem(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private HttpResponse<String> post(String path, String json) throws Exception {
        return send(path, "application/json", json.getBytes(UTF_8));
    }

    private HttpResponse<String> send(String path, String type, byte[] body) throws Exception {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Content-Type", type)
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
