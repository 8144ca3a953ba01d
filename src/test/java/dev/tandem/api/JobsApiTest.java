package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.WorkerReports;
import dev.tandem.security.AttemptToken;
import dev.tandem.spec.Report;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Jobs as a client sees them. */
@WholeApp
class JobsApiTest {

    private static final String JOBS = "/api/v1/jobs";

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    JdbcClient sql;

    @Test
    void aJobIsQueuedWithEveryDefaultFilledIn() throws Exception {
        Map<String, Object> request = scene.request("steps=1");
        request.put("training", Map.of("learning_rate", 5e-7, "loss_type", List.of("sigmoid")));
        request.put("lora", Map.of("r", 4));
        request.put("labels", Map.of("team", "x"));
        MvcTestResult created = post(request, null);

        assertThat(created).hasStatus(201);
        String id = json(created).get("id").asString();
        assertThat(created).headers().hasValue("Location", JOBS + "/" + id);
        assertThat(created).bodyJson().isLenientlyEqualTo("""
                {"status": "queued", "model": "tiny", "eval_dataset": null, "method": "dpo",
                 "training": {"beta": 0.1, "learning_rate": 5e-7, "num_train_epochs": 3.0, "loss_type": ["sigmoid"]},
                 "lora": {"r": 4, "lora_alpha": 8.0}, "adapter": null, "resources": {"gpus": 0},
                 "queue": "default", "priority": 0, "labels": {"team": "x"},
                 "progress": {"step": 0, "total_steps": 0, "epoch": 0.0, "eta_seconds": null},
                 "latest_metrics": {}, "output_model": null, "error": null, "attempts": [],
                 "started_at": null, "finished_at": null}
                """);
    }

    @Test
    void fieldsOfAPastedConfigThatMeanNothingHereAreNamedInAnEvent() throws Exception {
        Map<String, Object> request = scene.request("steps=1");
        request.put("training", Map.of("beta", 0.2, "dataloader_num_workers", 4, "do_train", true));
        MvcTestResult created = post(request, null);

        assertThat(created).hasStatus(201);
        String events = JOBS + "/" + json(created).get("id").asString() + "/events";
        assertThat(mvc.get().uri(events))
                .bodyText()
                .contains("dataloader_num_workers of training have no effect here")
                .doesNotContain("do_train");
    }

    @Test
    void everyWrongFieldIsNamedAtOnce() {
        Map<String, Object> request = scene.request("steps=1");
        request.remove("dataset");
        request.put("training", Map.of("beta", -1, "learning_rat", 1));
        request.put("prority", 1);
        assertThat(post(request, null))
                .hasStatus(422)
                .bodyJson()
                .extractingPath("$.errors[*].field")
                .asArray()
                .containsExactlyInAnyOrder("dataset", "training.beta", "training.learning_rat", "prority");
    }

    @Test
    void aJobMustNameAModelAndDataThatAreThereAndFit() {
        Map<String, Object> request = scene.request("steps=1");
        request.put("model", "nowhere");
        request.put("adapter", "tiny");
        request.put("eval_dataset", "nothing");
        assertThat(post(request, null))
                .hasStatus(422)
                .bodyJson()
                .extractingPath("$.errors[*].field")
                .asArray()
                .containsExactlyInAnyOrder("model", "adapter", "eval_dataset");
        assertThat(sql.sql("SELECT count(*) FROM job").query(Long.class).single())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    lora.target_modules | {"target_modules": ["q_proj", "query"]} | query, which is no module
                    lora.target_modules | {"target_modules": "q_proj"} | match no module of this llama model
                    lora.target_modules | {"target_modules": ["mlp"]} | neither a linear layer nor an embedding
                    lora.modules_to_save | {"modules_to_save": ["score"]} | it has embed_tokens, q_proj, k_proj
                    lora.rank_pattern | {"rank_pattern": {"o_proj": 2}} | rank_pattern names o_proj
                    lora.layers_to_transform | {"layers_to_transform": [99]} | layers_to_transform names 99
                    lora.exclude_modules | {"exclude_modules": "(a+"} | must be a regular expression
                    lora.init_lora_weights | {"init_lora_weights": "pissa"} | supported are true, false and gaussian
                    lora.kasa_config | {"kasa_config": {"beta": 1}} | is not supported
                    lora.lora_dropout | {"lora_dropout": 0.1, "target_modules": ["lm_head"]} | not supported on lm_head
                    """)
    void loraSettingsThatTheModelCannotFollowAreNamedBeforeAnythingIsQueued(String field, String lora, String message)
            throws Exception {
        Map<String, Object> request = scene.request("steps=1");
        request.put("training", Map.of("disable_dropout", false));
        request.put("lora", new JsonMapper().readValue(lora, Map.class));
        assertThat(post(request, null)).hasStatus(422).bodyJson().satisfies(body -> {
            assertThat(body.getJson()).contains("\"field\":\"" + field + "\"");
            assertThat(body.getJson().replace("\\\"", "\"")).contains(message);
        });
    }

    @Test
    void theSameKeyAndRequestMakeOneJobHoweverManyComeAtOnce() throws Exception {
        Map<String, Object> request = scene.request("steps=1");
        Callable<MvcTestResult> send = () -> post(request, "key-1");
        var ids = new ArrayList<String>();
        int replayed = 0;
        try (var clients = Executors.newFixedThreadPool(4)) {
            for (var answer : clients.invokeAll(Collections.nCopies(8, send))) {
                assertThat(answer.get()).hasStatus(201);
                ids.add(json(answer.get()).get("id").asString());
                replayed += answer.get().getResponse().getHeader("Idempotent-Replayed") == null ? 0 : 1;
            }
        }
        assertThat(ids.stream().distinct()).hasSize(1);
        assertThat(replayed).isEqualTo(7);
        assertThat(sql.sql("SELECT count(*) FROM job").query(Long.class).single())
                .isEqualTo(1);
    }

    @Test
    void aKeyCannotBeUsedForAnotherRequest() {
        post(scene.request("steps=1"), "key-2");
        assertThat(post(scene.request("steps=2"), "key-2"))
                .hasStatus(422)
                .bodyJson()
                .extractingPath("$.error.code")
                .isEqualTo("idempotency_key_reused");
    }

    @Test
    void aCancelledJobCanBeCancelledAgainButNotPaused() throws Exception {
        String id = json(post(scene.request("steps=1"), null)).get("id").asString();
        assertThat(mvc.post().uri(JOBS + "/" + id + "/cancel")).hasStatusOk();
        assertThat(mvc.post().uri(JOBS + "/" + id + "/cancel")).hasStatusOk();
        assertThat(mvc.post().uri(JOBS + "/" + id + "/pause"))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("$.detail")
                .asString()
                .contains("is cancelled");
        assertThat(mvc.post().uri(JOBS + "/job_0/pause")).hasStatus(404);
    }

    @Test
    void aListIsFilteredAndReadPageByPage() throws Exception {
        for (int i = 0; i < 5; i++) {
            Map<String, Object> request = scene.request("steps=1");
            request.put("labels", Map.of("team", i < 3 ? "x" : "y"));
            post(request, null);
        }
        assertThat(json(get("?label=team:x")).get("data")).hasSize(3);
        assertThat(json(get("?status=running")).get("data")).isEmpty();
        JsonNode first = json(get("?limit=3"));
        JsonNode second = json(get("?limit=3&after=" + first.get("next").asString()));
        assertThat(first.get("data")).hasSize(3);
        assertThat(second.get("data")).hasSize(2);
        assertThat(second.get("has_more").asBoolean()).isFalse();
        assertThat(get("?status=asleep")).hasStatus(422);
    }

    @Test
    void anUnchangedJobIsNotSentTwice() throws Exception {
        String id = json(post(scene.request("steps=1"), null)).get("id").asString();
        String tag = String.valueOf(get("/" + id).getResponse().getHeader("ETag"));
        assertThat(mvc.get().uri(JOBS + "/" + id).header("If-None-Match", tag)).hasStatus(304);
        mvc.post().uri(JOBS + "/" + id + "/pause").exchange();
        assertThat(mvc.get().uri(JOBS + "/" + id).header("If-None-Match", tag)).hasStatusOk();
    }

    @Test
    void metricsComeAsSeriesAndAsATable() throws Exception {
        String id = scene.submit("steps=1").id();
        Claim claim = attempts.claimNext("machine", 100, AttemptToken.issue()).orElseThrow();
        var envelopes = new ArrayList<Report.Envelope>();
        for (int step = 1; step <= 100; step++) {
            envelopes.add(new Report.Envelope(
                    step, new Report.Metrics("train", step, Map.of("loss", step == 50 ? Double.NaN : 1.0 / step))));
        }
        reports.accept(new AttemptId(claim.job(), claim.epoch()), claim.token(), envelopes);

        JsonNode points = json(get("/" + id + "/metrics?names=loss&from_step=50&max_points=6"))
                .get("series")
                .get("loss");
        assertThat(points).hasSize(6);
        assertThat(points.get(0).get(0).asInt()).isEqualTo(50);
        assertThat(points.get(0).get(1).isNull()).isTrue();
        assertThat(points.get(5).get(0).asInt()).isEqualTo(100);
        assertThat(mvc.get().uri(JOBS + "/" + id + "/metrics?from_step=99").accept("text/csv"))
                .hasStatusOk()
                .bodyText()
                .isEqualTo("step,loss\n99,0.010101010101010102\n100,0.01\n");
    }

    @Test
    void eventsStreamFromWhereAReaderLeftOff() throws Exception {
        String id = json(post(scene.request("steps=1"), null)).get("id").asString();
        mvc.post().uri(JOBS + "/" + id + "/pause").exchange();
        mvc.post().uri(JOBS + "/" + id + "/cancel").exchange();
        MvcTestResult stream = mvc.get()
                .uri(JOBS + "/" + id + "/events")
                .accept(MediaType.TEXT_EVENT_STREAM)
                .header("Last-Event-ID", "1")
                .exchange(java.time.Duration.ofSeconds(10));
        assertThat(stream).bodyText().contains("id:2").contains("id:3").doesNotContain("id:1\n");
        assertThat(json(get("/" + id + "/events?after=2")).get("data")).hasSize(1);
    }

    @Test
    void aWorkerIsToldWhyItIsTurnedAway() {
        scene.submit("steps=1");
        Claim claim = attempts.claimNext("machine", 100, AttemptToken.issue()).orElseThrow();
        String attempt = "/internal/attempts/" + claim.job() + "/" + claim.epoch();
        String token = "Bearer " + claim.token().secret();
        assertThat(mvc.get().uri(attempt)).hasStatus(401);
        assertThat(mvc.get().uri(attempt).header("Authorization", "Bearer guess"))
                .hasStatus(401);
        assertThat(mvc.get().uri(attempt).header("Authorization", token))
                .hasStatusOk()
                .bodyJson()
                .extractingPath("$.card.dataset")
                .isEqualTo("script");
        attempts.putBack(new AttemptId(claim.job(), claim.epoch()));
        assertThat(mvc.get().uri(attempt).header("Authorization", token)).hasStatus(410);
    }

    @Test
    void whatAnUnfinishedJobNeedsIsNotDeleted() {
        Map<String, Object> request = scene.request("steps=1");
        post(request, null);
        assertThat(mvc.delete().uri("/api/v1/models/tiny")).hasStatus(409);
        assertThat(mvc.delete().uri("/api/v1/datasets/" + request.get("dataset")))
                .hasStatus(409);
    }

    private MvcTestResult post(Map<String, Object> request, @org.jspecify.annotations.Nullable String key) {
        var post = mvc.post()
                .uri(JOBS)
                .contentType(MediaType.APPLICATION_JSON)
                .content(JsonMapper.shared().writeValueAsString(request));
        return key == null
                ? post.exchange()
                : post.header("Idempotency-Key", key).exchange();
    }

    private MvcTestResult get(String path) {
        return mvc.get().uri(JOBS + path).exchange();
    }

    private static JsonNode json(MvcTestResult answer) throws Exception {
        return JsonMapper.shared().readTree(answer.getResponse().getContentAsString());
    }
}
