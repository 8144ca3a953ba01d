package dev.tandem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.training.GoldenTrajectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.core.io.FileSystemResource;
import org.springframework.http.MediaType;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/** From an upload by HTTP, through the scheduler and a real worker process, to TRL's numbers and a checkpoint. */
@TrainingApp
class RestToCheckpointTest {

    /** Runs whose result scores their own rows afterwards: a whole model, one of conversations, a continued adapter. */
    private static final Set<String> SCORED = Set.of("sigmoid-full", "conversational", "lora-llama");

    @LocalServerPort
    int port;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sigmoid-full",
                "sync-ref",
                "grad-accum-4",
                "cosine-warmup-clip-decay",
                "conversational",
                "lora-llama",
                "lora-gpt2",
                "odd-batches-and-eval",
                "truncation",
                "ipo-full",
                "robust",
                "sigmoid-plus-sft",
                "precompute-ref",
                "lora-all-linear"
            })
    void aJobLogsTheNumbersOfTrlAndLeavesACheckpoint(String name) throws Exception {
        GoldenTrajectory golden = GoldenTrajectory.read(name);
        String model = upload("models", files(golden.model()), Map.of("name", name + "-model"));
        var request = new HashMap<String, Object>(Map.of(
                "name",
                name,
                "model",
                model,
                "dataset",
                dataset(golden, "dataset.jsonl"),
                "training",
                golden.training()));
        if (Files.exists(golden.folder().resolve("eval_dataset.jsonl"))) {
            request.put("eval_dataset", dataset(golden, "eval_dataset.jsonl"));
        }
        if (golden.hasAdapter()) {
            var fields = Map.of("name", name + "-adapter", "base_model", model);
            request.put("adapter", upload("models", files(golden.folder().resolve("adapter_init")), fields));
        }

        JsonNode job = finished(post("jobs", request).get("id").asString());

        assertThat(job.get("status").asString()).as(job.toPrettyString()).isEqualTo("succeeded");
        golden.check(metrics(job, "train"), metrics(job, "eval"));
        String weights = golden.hasAdapter() ? "adapter_model.safetensors" : "model.safetensors";
        assertThat(get("jobs/" + id(job) + "/artifacts").get("data").findValuesAsString("name"))
                .contains(weights, "README.md", "tokenizer.json");
        JsonNode result = get("models/" + job.get("output_model").asString());
        assertThat(result.get("parent_model").asString()).isEqualTo(model);
        assertThat(result.get("job").asString()).isEqualTo(id(job));
        if (SCORED.contains(name)) {
            JsonNode scores = post("models/" + id(result) + "/score", Map.of("rows", golden.rows()));
            golden.checkScores(scores);
            assertThat(scores.get("reference").asString()).isEqualTo(model);
            assertThat(scores.get("beta_reason").asString()).isEqualTo("that of job " + id(job));
        }
    }

    private String dataset(GoldenTrajectory golden, String file) {
        MultiValueMap<String, Object> form = new LinkedMultiValueMap<>();
        form.add("file", new FileSystemResource(golden.folder().resolve(file)));
        String name = golden.folder().getFileName() + "-" + file.replace(".jsonl", "");
        return upload("datasets", form, Map.of("name", name));
    }

    private static MultiValueMap<String, Object> files(Path folder) throws IOException {
        MultiValueMap<String, Object> form = new LinkedMultiValueMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            files.filter(file -> !String.valueOf(file.getFileName()).startsWith("expected."))
                    .forEach(file -> form.add("files", new FileSystemResource(file)));
        }
        return form;
    }

    private String upload(String what, MultiValueMap<String, Object> form, Map<String, String> fields) {
        fields.forEach(form::add);
        return id(body(client().post()
                .uri(what)
                .contentType(MediaType.MULTIPART_FORM_DATA)
                .body(form)));
    }

    private JsonNode post(String what, Object json) {
        return body(client().post()
                .uri(what)
                .contentType(MediaType.APPLICATION_JSON)
                .body(json));
    }

    private JsonNode get(String what) {
        return body(client().get().uri(what));
    }

    private RestClient client() {
        return RestClient.create("http://127.0.0.1:%d/api/v1/".formatted(port));
    }

    private static JsonNode body(RestClient.RequestHeadersSpec<?> request) {
        @Nullable JsonNode body = request.retrieve().body(JsonNode.class);
        assertThat(body).isNotNull();
        return Objects.requireNonNull(body);
    }

    private static String id(JsonNode json) {
        return json.get("id").asString();
    }

    private JsonNode finished(String job) throws InterruptedException {
        long deadline = System.nanoTime() + 90_000_000_000L;
        JsonNode now = get("jobs/" + job);
        while (now.get("finished_at").isNull() && System.nanoTime() < deadline) {
            Thread.sleep(100);
            now = get("jobs/" + job);
        }
        return now;
    }

    private Map<Integer, Map<String, Double>> metrics(JsonNode job, String split) {
        var steps = new TreeMap<Integer, Map<String, Double>>();
        get("jobs/%s/metrics?split=%s".formatted(id(job), split))
                .get("series")
                .properties()
                .forEach(series -> {
                    for (JsonNode point : series.getValue()) {
                        steps.computeIfAbsent(point.get(0).asInt(), step -> new HashMap<>())
                                .put(series.getKey(), point.get(1).asDouble());
                    }
                });
        return steps;
    }
}
