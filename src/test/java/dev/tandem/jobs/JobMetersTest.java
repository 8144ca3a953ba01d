package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.security.AttemptToken;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Report;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** What an operator's dashboard is drawn from, by the names that Prometheus reads. */
@WholeApp
class JobMetersTest {

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    Fleet fleet;

    @Autowired
    TandemHome home;

    @Autowired
    JdbcClient sql;

    private double meter(String name) throws Exception {
        String all =
                mvc.get().uri("/actuator/prometheus").exchange().getResponse().getContentAsString();
        return all.lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(name + " is not in\n" + all));
    }

    private void report(Claim claim, long seq, Report report) {
        var id = new AttemptId(claim.job(), claim.epoch());
        reports.accept(id, claim.token(), List.of(new Report.Envelope(seq, report)));
    }

    private static Report tokens(int step, double count) {
        return new Report.Metrics("train", step, Map.of("num_tokens", count));
    }

    @Test
    void tokensAreCountedAsTheyAreTrainedAndAgainIfTheyAreTrainedAgain() throws Exception {
        double before = meter("tandem_train_tokens_total");
        scene.submit("steps=1");
        Claim claim = attempts.claimNext("machine", 1, AttemptToken.issue()).orElseThrow();
        report(claim, 1, tokens(1, 100));
        report(claim, 1, tokens(1, 100));
        report(claim, 2, tokens(2, 250));
        report(claim, 3, new Report.Metrics("eval", 2, Map.of("num_tokens", 250.0)));
        assertThat(meter("tandem_train_tokens_total") - before).isEqualTo(250);
        report(claim, 4, tokens(1, 100)); // goes on from an earlier step
        report(claim, 5, tokens(2, 260));
        assertThat(meter("tandem_train_tokens_total") - before).isEqualTo(410);
    }

    @Test
    void gpuSecondsAfterTheLastCheckpointOfABrokenAttemptAreLost() throws Exception {
        double useful = meter("tandem_gpu_seconds_total{outcome=\"useful\"}");
        double lost = meter("tandem_gpu_seconds_total{outcome=\"lost\"}");
        Map<String, Object> request = scene.request("steps=1");
        request.put("resources", Map.of("gpus", 1));
        Job job = scene.submit(request);
        var offer = new Fleet.Offer("machine", 1, List.of("0"));
        fleet.report(offer, Duration.ofMinutes(1));
        Claim claim = attempts.claimNext(offer, AttemptToken.issue()).orElseThrow();
        String folder =
                Files.createDirectories(home.checkpoints(job.id()).resolve("1")).toString();
        report(claim, 1, new Report.CheckpointSaved(1, folder, 1, null, null));
        ago("attempt", "started_at", 1000);
        ago("checkpoint", "created_at", 400);
        report(claim, 2, new Report.Failed(FailureKind.CRASHED, "broke"));
        assertThat(meter("tandem_gpu_seconds_total{outcome=\"useful\"}") - useful)
                .isCloseTo(600, within(60.0));
        assertThat(meter("tandem_gpu_seconds_total{outcome=\"lost\"}") - lost).isCloseTo(400, within(60.0));
    }

    @Test
    void theTimeOfACheckpointIsCountedOnceAndThatOfAnEarlierWorkerNotAtAll() throws Exception {
        double count = meter("tandem_checkpoint_seconds_count");
        double seconds = meter("tandem_checkpoint_seconds_sum");
        scene.submit("steps=1");
        Claim claim = attempts.claimNext("machine", 1, AttemptToken.issue()).orElseThrow();
        String folder = Files.createDirectories(home.checkpoints(claim.job()).resolve("1"))
                .toString();
        report(claim, 1, new Report.CheckpointSaved(1, folder, 1, null, 2.5));
        report(claim, 1, new Report.CheckpointSaved(1, folder, 1, null, 2.5));
        report(claim, 2, new Report.CheckpointSaved(1, folder, 1, null, null));
        assertThat(meter("tandem_checkpoint_seconds_count") - count).isEqualTo(1);
        assertThat(meter("tandem_checkpoint_seconds_sum") - seconds).isCloseTo(2.5, within(1e-9));
    }

    private void ago(String table, String column, int seconds) {
        sql.sql("UPDATE %s SET %s = clock_timestamp() - %d * interval '1 second'".formatted(table, column, seconds))
                .update();
    }
}
