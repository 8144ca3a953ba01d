package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import dev.tandem.spec.Wire;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

/** A worker that was thought dead wakes up: whatever it sends is answered 410 and changes nothing. */
@WholeApp
class FencingTest {

    private static final Heartbeat BEAT = new Heartbeat(7, 10, 0.7, 3.0);

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    ReportDeliveries deliveries;

    @Autowired
    WorkerReports reports;

    @Autowired
    JobControl control;

    @Autowired
    TandemHome home;

    @Autowired
    JdbcClient sql;

    @Autowired
    MeterRegistry meters;

    @Autowired
    MockMvcTester mvc;

    /** What became of the job while its old worker slept. */
    enum Meanwhile {
        WAITS_AGAIN,
        RUNS_ELSEWHERE,
        PAUSED,
        CANCELLED,
        SUCCEEDED_ELSEWHERE
    }

    @ParameterizedTest
    @EnumSource
    void anOldAttemptChangesNothing(Meanwhile meanwhile) throws Exception {
        Job job = scene.submit("steps=1");
        Claim old = claim();
        heartbeat(old);
        reports.accept(id(old), old.token(), List.of(new Report.Envelope(1, measured(1))));
        attempts.lost(expired(old));
        String tree = scene.result();
        goOn(meanwhile, job, tree);
        Map<String, String> before = everything();
        double fenced = fencedWrites();

        List<Report> kinds = everyKind(job, tree);
        for (Report kind : kinds) {
            List<Report.Envelope> sent = List.of(new Report.Envelope(2, kind));
            assertGone(post(old, "/reports", sent), kind);
        }
        assertGone(post(old, "/heartbeat", BEAT), "heartbeat");
        assertGone(
                mvc.get()
                        .uri(attempt(old))
                        .header("Authorization", "Bearer " + old.token().secret())
                        .exchange(),
                "order");

        assertThat(everything()).isEqualTo(before);
        assertThat(fencedWrites() - fenced).isEqualTo(kinds.size() + 2);
    }

    @Test
    void whatADeadWorkerLeftIsNotWrittenOnceItsAttemptIsOver() {
        Job job = scene.submit("steps=1");
        Claim old = claim();
        attempts.lost(expired(old));
        Map<String, String> before = everything();

        deliveries.takeLeft(id(old), List.of(new Report.Envelope(1, measured(1))));

        assertThat(everything()).isEqualTo(before);
        assertThat(scene.get(job).epoch()).isEqualTo(1);
    }

    @Test
    void whatADeadWorkerLeftIsWrittenOnceWhileItsEpochIsTheJobs() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        Report.Envelope first = new Report.Envelope(1, measured(1));
        reports.accept(id(claim), claim.token(), List.of(first));

        deliveries.takeLeft(id(claim), List.of(first, new Report.Envelope(2, measured(2))));
        deliveries.takeLeft(id(claim), List.of(first, new Report.Envelope(2, measured(2))));

        assertThat(deliveries.through(id(claim))).isEqualTo(2);
        assertThat(rows("metric")).hasLineCount(2);
        assertThat(scene.get(job).step()).isEqualTo(2);
    }

    @Test
    void reportsBeforeARefusedOneAreWritten() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        var stray = new Report.CheckpointSaved(1, "/etc/important", 1, null, null);

        long through = deliveries.take(
                id(claim), claim.token(), List.of(new Report.Envelope(1, measured(1)), new Report.Envelope(2, stray)));

        assertThat(through).isEqualTo(2);
        assertThat(scene.get(job).errorCode()).isEqualTo("invalid_report");
        assertThat(rows("metric")).hasLineCount(1);
    }

    @Test
    void aTextThatNoDatabaseHoldsStopsNoReport() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        var odd = new Report.Event("warn", "odd \0 byte", Map.of("text", "a\0b"));
        var end = new Report.Failed(FailureKind.DIVERGED, "row \0 is odd");

        deliveries.take(id(claim), claim.token(), List.of(new Report.Envelope(1, odd), new Report.Envelope(2, end)));

        assertThat(scene.get(job).errorMessage()).isEqualTo("row \uFFFD is odd");
    }

    @Test
    void aResultThatIsGoneFromTheStoreIsMadeAgain() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        var lost = new Report.Succeeded(5, "fine_tuned", "sha256:" + "0".repeat(64), Map.of());

        deliveries.take(id(claim), claim.token(), List.of(new Report.Envelope(1, lost)));

        assertThat(scene.get(job).status()).isEqualTo(JobStatus.QUEUED);
        assertThat(scene.get(job).statusReason()).contains("is not in the blob store any more");
    }

    private List<Report> everyKind(Job job, String tree) {
        String folder = home.checkpoints(job.id()).resolve("attempt-1-step-5").toString();
        return List.of(
                new Report.Started(10, 0, 1, 0, "cpu"),
                measured(5),
                new Report.Metrics("eval", 5, Map.of("loss", 0.1)),
                new Report.Event("info", "I am back", Map.of()),
                new Report.CheckpointSaved(5, folder, 1, null, null),
                new Report.Succeeded(10, "fine_tuned", tree, Map.of("loss", 0.1)),
                new Report.Failed(FailureKind.DIVERGED, "NaN"),
                new Report.Failed(FailureKind.OUT_OF_MEMORY, "no memory"),
                new Report.Stopped(Instruction.CANCEL, 5, null));
    }

    private void goOn(Meanwhile meanwhile, Job job, String tree) {
        switch (meanwhile) {
            case WAITS_AGAIN -> assertThat(scene.get(job).status()).isEqualTo(JobStatus.QUEUED);
            case RUNS_ELSEWHERE -> heartbeat(claim());
            case PAUSED -> control.pause(Project.DEFAULT, job.id());
            case CANCELLED -> control.cancel(Project.DEFAULT, job.id());
            case SUCCEEDED_ELSEWHERE -> {
                Claim young = claim();
                var done = new Report.Succeeded(10, "fine_tuned", tree, Map.of());
                reports.accept(id(young), young.token(), List.of(new Report.Envelope(1, done)));
            }
        }
    }

    private void assertGone(MvcTestResult answer, Object what) {
        assertThat(answer).as(String.valueOf(what)).hasStatus(410).bodyText().contains("\"fenced\"");
    }

    private MvcTestResult post(Claim claim, String path, Object body) {
        return mvc.post()
                .uri(attempt(claim) + path)
                .header("Authorization", "Bearer " + claim.token().secret())
                .contentType("application/json")
                .content(Wire.JSON.writeValueAsBytes(body))
                .exchange();
    }

    private static String attempt(Claim claim) {
        return "/internal/attempts/%s/%d".formatted(claim.job(), claim.epoch());
    }

    /** Every row of every table, and every checkpoint's folder. */
    private Map<String, String> everything() {
        var all = new TreeMap<String, String>();
        for (String table : List.of("job", "attempt", "lease", "metric", "event", "checkpoint", "model", "dataset")) {
            all.put(table, rows(table));
        }
        try (Stream<Path> files = Files.walk(home.home().resolve("checkpoints"))) {
            all.put("folders", files.sorted().toList().toString());
        } catch (java.io.IOException e) {
            all.put("folders", "none");
        }
        return all;
    }

    private String rows(String table) {
        return sql.sql("SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM " + table + " t")
                .query(String.class)
                .single();
    }

    private double fencedWrites() {
        return meters.counter("tandem.fenced.writes").count();
    }

    private static Report measured(int step) {
        return new Report.Metrics("train", step, Map.of("loss", 0.5));
    }

    private AttemptId expired(Claim claim) {
        sql.sql("UPDATE lease SET expires_at = clock_timestamp() - interval '1 second'")
                .update();
        return id(claim);
    }

    private void heartbeat(Claim claim) {
        reports.heartbeat(id(claim), claim.token(), BEAT);
    }

    private Claim claim() {
        return attempts.claimNext("machine", 100, AttemptToken.issue()).orElseThrow();
    }

    private static AttemptId id(Claim claim) {
        return new AttemptId(claim.job(), claim.epoch());
    }
}
