package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.GoldenModel;
import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.WorkerReports;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.Report;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.json.JsonMapper;

/** What may be deleted when, also when others want something of it at the same moment. */
@WholeApp
class DeletionTest {

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    ModelRegistry models;

    @Autowired
    BlobStore blobs;

    @Autowired
    TandemHome home;

    @Autowired
    JdbcClient sql;

    @Test
    void aJobThatIsOverGoesWithItsHistoryAndItsModelStays() throws Exception {
        Map<String, Object> request = scene.request("steps=1");
        request.put("training", Map.of("beta", 0.25));
        Job job = scene.submit(request);
        Claim claim = attempts.claimNext("machine", 1, AttemptToken.issue()).orElseThrow();
        Path checkpoint = Files.createDirectories(home.checkpoints(job.id()).resolve("attempt-1-step-1"));
        Path log = Files.createDirectories(home.logs().resolve(job.id()));
        reports.accept(
                new AttemptId(claim.job(), claim.epoch()),
                claim.token(),
                List.of(
                        new Report.Envelope(1, new Report.Metrics("train", 1, Map.of("loss", 0.5))),
                        new Report.Envelope(2, new Report.CheckpointSaved(1, checkpoint.toString(), 1, null, null)),
                        new Report.Envelope(3, new Report.Succeeded(1, "fine_tuned", result(), Map.of()))));
        String made = String.valueOf(scene.get(job).outputModel());

        assertThat(delete("jobs", job.id())).hasStatus(204);
        assertThat(delete("jobs", job.id())).hasStatus(404);
        assertThat(mvc.get().uri("/api/v1/jobs/" + job.id())).hasStatus(404);
        for (String table : List.of("metric", "event", "checkpoint", "attempt", "lease")) {
            assertThat(rows(table)).as(table).isZero();
        }
        assertThat(checkpoint.getParent()).doesNotExist();
        assertThat(log).doesNotExist();
        RegisteredModel model = models.get(Project.DEFAULT, made);
        assertThat(model.job()).isEqualTo(job.id());
        assertThat(models.files(model)).isNotEmpty();
        assertThat(model.recipe()).extractingByKey("training").asString().contains("beta=0.25");
    }

    @Test
    void aJobThatIsNotOverIsNotDeleted() {
        Job job = scene.submit("steps=1");
        assertThat(delete("jobs", job.id()))
                .hasStatus(400)
                .bodyJson()
                .extractingPath("$.detail")
                .isEqualTo("job %s is queued; it cannot be deleted before it is over; cancel it first"
                        .formatted(job.id()));
    }

    @Test
    void whoeverNeedsAModelOrDatasetIsNamed() {
        List<String> jobs = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            jobs.add(scene.submit("steps=1").id());
        }
        String expected = "is used by jobs %s (queued), %s (queued), %s (queued) and 2 others"
                .formatted(jobs.get(0), jobs.get(1), jobs.get(2));
        assertThat(delete("models", "tiny"))
                .hasStatus(409)
                .hasHeader("x-should-retry", "false")
                .bodyText()
                .contains(expected);
        assertThat(delete("datasets", "script")).hasStatus(409).bodyText().contains(expected);
    }

    @Test
    void ofSubmittingAndDeletingOneWins() throws Exception {
        for (int round = 0; round < 12; round++) {
            Map<String, Object> request = scene.request("steps=1");
            boolean ofModel = round % 2 == 0;
            Callable<MvcTestResult> submit = () -> submit(request);
            Callable<MvcTestResult> delete = () ->
                    ofModel ? delete("models", "tiny") : delete("datasets", String.valueOf(request.get("dataset")));
            List<Integer> answers = atOnce(List.of(submit, delete, submit));
            boolean gone = answers.get(1) == 204;
            assertThat(answers.get(1)).isIn(204, 409);
            assertThat(orphans()).as("jobs whose input is gone").isZero();
            assertThat(rows("job")).isEqualTo(gone ? 0 : countOf(201, answers));
            assertThat(answers.get(0)).isIn(201, 422);
            sql.sql("TRUNCATE job, attempt, lease, metric, event, checkpoint").update();
        }
    }

    @Test
    void manyWhoCancelPauseResumeAndDeleteOneJobLeaveItWholeOrGone() throws Exception {
        for (int round = 0; round < 6; round++) {
            String job = scene.submit("steps=1").id();
            var all = new ArrayList<Callable<MvcTestResult>>();
            for (String what : List.of("cancel", "pause", "resume", "cancel")) {
                all.add(() -> mvc.post()
                        .uri("/api/v1/jobs/%s/%s".formatted(job, what))
                        .exchange());
            }
            all.addAll(Collections.nCopies(4, () -> delete("jobs", job)));
            assertThat(atOnce(all)).isSubsetOf(200, 204, 400, 404);
            int now = mvc.get()
                    .uri("/api/v1/jobs/" + job)
                    .exchange()
                    .getResponse()
                    .getStatus();
            assertThat(sql.sql("SELECT count(*) FROM event WHERE job_id = :job")
                                    .param("job", job)
                                    .query(Long.class)
                                    .single()
                            > 0)
                    .isEqualTo(now == 200);
        }
    }

    private static long countOf(int status, List<Integer> answers) {
        return answers.stream().filter(answer -> answer == status).count();
    }

    private long orphans() {
        return sql.sql("""
                SELECT count(*) FROM job j
                 WHERE NOT EXISTS (SELECT 1 FROM model WHERE id = j.model_id)
                    OR NOT EXISTS (SELECT 1 FROM dataset WHERE id = j.dataset_id)
                """).query(Long.class).single();
    }

    private static List<Integer> atOnce(List<Callable<MvcTestResult>> requests) throws Exception {
        var answers = new ArrayList<Integer>();
        try (var threads = Executors.newFixedThreadPool(requests.size())) {
            for (var answer : threads.invokeAll(requests)) {
                answers.add(answer.get().getResponse().getStatus());
            }
        }
        return answers;
    }

    private String result() throws Exception {
        try (Staging staging = blobs.stage()) {
            GoldenModel.named("llama-tied-tiny")
                    .withText("config.json", text -> text + " ")
                    .writeTo(staging.folder());
            return blobs.commit(staging).digest();
        }
    }

    private long rows(String table) {
        return sql.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    private MvcTestResult submit(Map<String, Object> request) {
        return mvc.post()
                .uri("/api/v1/jobs")
                .contentType(MediaType.APPLICATION_JSON)
                .content(JsonMapper.shared().writeValueAsString(request))
                .exchange();
    }

    private MvcTestResult delete(String what, String id) {
        return mvc.delete().uri("/api/v1/%s/%s".formatted(what, id)).exchange();
    }
}
