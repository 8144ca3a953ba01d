package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.GoldenModel;
import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.datasets.DatasetIntake;
import dev.tandem.datasets.DatasetUpload;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.WorkerReports;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.NewFile;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.OnInvalid;
import dev.tandem.spec.Report;
import dev.tandem.training.GoldenTrajectory;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a client is told of a job before it is queued. */
@WholeApp
class EstimatesApiTest {

    private static final String JOBS = "/api/v1/jobs";
    private static final String ESTIMATE = "/api/v1/jobs:estimate";

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    ModelIntake models;

    @Autowired
    ModelRegistry registry;

    @Autowired
    DatasetIntake datasets;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    JdbcClient sql;

    @Test
    void tokensStepsAndDroppedRowsAreThoseThatTrlTrainedOn() throws Exception {
        GoldenTrajectory golden = GoldenTrajectory.read("truncation");
        List<JsonNode> rows = Files.readAllLines(golden.folder().resolve("tokenized.jsonl")).stream()
                .map(JsonMapper.shared()::readTree)
                .toList();
        int most = golden.run().at("/config/max_length").asInt();
        int prompt = rows.stream().mapToInt(row -> row.get("prompt_ids").size()).sum();
        int chosen = rows.stream().mapToInt(row -> cut(row, "chosen_ids", most)).sum();
        int rejected =
                rows.stream().mapToInt(row -> cut(row, "rejected_ids", most)).sum();
        long cut = rows.stream()
                .filter(row -> cut(row, "chosen_ids", most) + cut(row, "rejected_ids", most)
                        < row.get("chosen_ids").size() + row.get("rejected_ids").size())
                .count();

        JsonNode estimate = json(post(ESTIMATE, request(golden)));

        JsonNode dataset = estimate.get("dataset");
        assertThat(dataset.get("rows").asInt()).isEqualTo(28);
        assertThat(dataset.get("dropped").asInt()).isEqualTo(4);
        assertThat(dataset.get("truncated").asLong()).isEqualTo(cut).isPositive();
        assertThat(dataset.at("/tokens/prompt").asInt()).isEqualTo(prompt);
        assertThat(dataset.at("/tokens/chosen").asInt()).isEqualTo(chosen);
        assertThat(dataset.at("/tokens/rejected").asInt()).isEqualTo(rejected);
        assertThat(dataset.at("/tokens/trained").asInt()).isEqualTo(chosen + rejected);
        assertThat(dataset.at("/tokens/sequences").asInt()).isEqualTo(2 * prompt + chosen + rejected);
        assertThat(estimate.get("steps_per_epoch").asInt()).isEqualTo(7);
        assertThat(estimate.get("total_steps").asInt()).isEqualTo(20);
        JsonNode memory = estimate.get("memory");
        assertThat(memory.get("fits").asBoolean()).isTrue();
        assertThat(memory.get("reason").isNull()).isTrue();
        assertThat(memory.get("weights_bytes").asLong())
                .isEqualTo(4 * golden.run().get("trainable_parameters").asLong())
                .isEqualTo(memory.get("reference_bytes").asLong());
        long parts = List.of("weights", "reference", "gradients", "optimizer", "pass", "runtime").stream()
                .mapToLong(part -> memory.get(part + "_bytes").asLong())
                .sum();
        assertThat(memory.get("required_bytes").asLong()).isEqualTo(parts);
    }

    private static int cut(JsonNode row, String side, int most) {
        return Math.min(row.get(side).size(), most - row.get("prompt_ids").size());
    }

    @Test
    void nothingIsStored() {
        MvcTestResult answer = post(ESTIMATE, scene.request("steps=1"));

        assertThat(answer).hasStatus(200);
        assertThat(sql.sql("SELECT count(*) FROM job").query(Long.class).single())
                .isZero();
        assertThat(sql.sql("SELECT count(*) FROM event").query(Long.class).single())
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"model\": \"tiny\", \"dataset\": \"script\", \"training\": {\"beta\": -1, \"learning_rat\": 1}}",
                "{\"model\": \"nowhere\", \"dataset\": \"nothing\", \"eval_dataset\": \"none\"}",
                "{\"model\": \"tiny\", \"dataset\": \"script\", \"lora\": {\"target_modules\": [\"query\"]}}",
                "{\"model\": \"tiny\", \"dataset\": \"script\", \"training\": {\"eval_strategy\": \"steps\"}}"
            })
    void whatWouldBeRefusedIsRefusedInTheSameWords(String body) throws Exception {
        scene.request("steps=1");
        Map<?, ?> request = JsonMapper.shared().readValue(body, Map.class);

        MvcTestResult estimated = post(ESTIMATE, request);

        MvcTestResult submitted = post(JOBS, request);
        assertThat(submitted).hasStatus(422);
        assertThat(estimated).hasStatus(422);
        assertThat(json(estimated).get("errors")).isEqualTo(json(submitted).get("errors"));
        assertThat(json(estimated).get("detail")).isEqualTo(json(submitted).get("detail"));
    }

    @Test
    void rowsThatLeaveNothingToTrainOnAreAFaultOfTheDataset() {
        Map<String, Object> request = scene.request("steps=1");
        request.put("training", Map.of("max_length", 2));

        assertThat(post(ESTIMATE, request))
                .hasStatus(422)
                .bodyJson()
                .isLenientlyEqualTo("{\"errors\": [{\"field\": \"dataset\", \"code\": \"invalid_dataset\"}]}");
    }

    @Test
    void theTimeIsToldByWhatAJobMeasuredHereAndByNothingElse() throws Exception {
        Map<String, Object> request = scene.request("steps=1");
        JsonNode before = json(post(ESTIMATE, request));
        assertThat(before.get("expected_minutes").isNull()).isTrue();
        assertThat(before.get("expected_minutes_reason").asString()).contains("no job has measured its speed");

        String job = scene.submit("steps=1").id();
        measure(1e6);

        JsonNode after = json(post(ESTIMATE, request));
        assertThat(after.get("flops_per_second").asDouble()).isEqualTo(1e6);
        assertThat(after.get("expected_minutes").asDouble())
                .isCloseTo(after.get("flops").asDouble() / 6e7, within(1e-9))
                .isPositive();
        assertThat(after.get("expected_minutes_reason").asString()).contains(job);
    }

    @Test
    void aLongerOrALargerRunCostsMore() throws Exception {
        GoldenTrajectory golden = GoldenTrajectory.read("truncation");
        JsonNode once = json(post(ESTIMATE, changed(golden, Map.of("max_steps", 7))));
        JsonNode twice = json(post(ESTIMATE, changed(golden, Map.of("max_steps", 14))));
        JsonNode again = json(post(ESTIMATE, changed(golden, Map.of("max_steps", 7, "gradient_checkpointing", true))));
        Map<String, Object> adapted = changed(golden, Map.of("max_steps", 7));
        adapted.put("lora", Map.of("r", 2));
        JsonNode adapter = json(post(ESTIMATE, adapted));

        double flops = once.get("flops").asDouble();
        // The reference runs in the first epoch only: 4 forwards of the blocks, then 3.
        assertThat(twice.get("flops").asDouble() / flops).isBetween(1.7, 1.9);
        assertThat(again.get("flops").asDouble()).isGreaterThan(flops);
        assertThat(adapter.get("flops").asDouble()).isLessThan(flops);
        assertThat(adapter.at("/memory/optimizer_bytes").asLong())
                .isLessThan(once.at("/memory/optimizer_bytes").asLong() / 4);
    }

    /** More at one time than are let in. */
    @Test
    void manyAtOnceAreAnsweredAlike() throws Exception {
        Map<String, Object> request = scene.request("steps=1");
        List<Callable<String>> asked = IntStream.range(0, 8)
                .<Callable<String>>mapToObj(
                        i -> () -> json(post(ESTIMATE, request)).toString())
                .toList();
        try (var clients = Executors.newFixedThreadPool(8)) {
            List<String> answers =
                    clients.invokeAll(asked).stream().map(Future::resultNow).toList();
            assertThat(answers).containsOnly(answers.getFirst());
        }
    }

    private void measure(double flopsPerSecond) {
        Claim claim = attempts.claimNext("machine", 1, AttemptToken.issue()).orElseThrow();
        reports.accept(
                new AttemptId(claim.job(), claim.epoch()),
                claim.token(),
                List.of(new Report.Envelope(
                        1, new Report.Metrics("train", 1, Map.of("flops_per_second", flopsPerSecond)))));
    }

    private Map<String, Object> request(GoldenTrajectory golden) throws Exception {
        if (registry.find(Project.DEFAULT, "golden").isEmpty()) {
            GoldenModel model = GoldenModel.named(golden.model().getFileName().toString());
            models.register(
                    Project.DEFAULT,
                    "golden",
                    model.files().entrySet().stream()
                            .map(file -> new NewFile(file.getKey(), new ByteArrayResource(file.getValue())))
                            .toList(),
                    null);
            var rows = new ByteArrayResource(Files.readAllBytes(golden.folder().resolve("dataset.jsonl")));
            datasets.take(
                    Project.DEFAULT,
                    new DatasetUpload("golden", "golden.jsonl", rows, DatasetFormat.AUTO, OnInvalid.REJECT));
        }
        return new HashMap<>(Map.of("model", "golden", "dataset", "golden", "training", golden.training()));
    }

    private Map<String, Object> changed(GoldenTrajectory golden, Map<String, Object> fields) throws Exception {
        var training = new HashMap<>(golden.training());
        training.putAll(fields);
        Map<String, Object> request = request(golden);
        request.put("training", training);
        return request;
    }

    private MvcTestResult post(String address, Map<?, ?> body) {
        return mvc.post()
                .uri(address)
                .contentType(MediaType.APPLICATION_JSON)
                .content(JsonMapper.shared().writeValueAsString(body))
                .exchange();
    }

    private static JsonNode json(MvcTestResult result) {
        return JsonMapper.shared().readTree(result.getResponse().getContentAsByteArray());
    }
}
