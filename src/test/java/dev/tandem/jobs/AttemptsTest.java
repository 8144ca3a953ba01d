package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who gets which job, and whose word counts. */
@WholeApp
class AttemptsTest {

    private static final Heartbeat BEAT = new Heartbeat(3, 10, 0.3, 7.0);

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    JobControl control;

    @Autowired
    JobHistory history;

    @Autowired
    TandemHome home;

    @Autowired
    JdbcClient sql;

    @Test
    void concurrentSchedulersNeverShareAJob() throws Exception {
        for (int i = 0; i < 20; i++) {
            scene.submit("steps=1");
        }
        var claimed = new ArrayList<String>();
        try (var schedulers = Executors.newFixedThreadPool(4)) {
            var all = new ArrayList<Callable<List<String>>>();
            for (int i = 0; i < 4; i++) {
                String machine = "machine-" + i;
                all.add(() -> claimAll(machine));
            }
            for (var scheduler : schedulers.invokeAll(all)) {
                claimed.addAll(scheduler.get());
            }
        }
        assertThat(claimed).hasSize(20).doesNotHaveDuplicates();
    }

    @Test
    void claimsThatRaceForOneMachineKeepToItsSlots() throws Exception {
        for (int i = 0; i < 8; i++) {
            scene.submit("steps=1");
        }
        Callable<Optional<Claim>> claim = () -> attempts.claimNext("small", 2, AttemptToken.issue());
        int granted = 0;
        try (var schedulers = Executors.newFixedThreadPool(4)) {
            for (var each : schedulers.invokeAll(Collections.nCopies(6, claim))) {
                granted += each.get().isPresent() ? 1 : 0;
            }
        }
        assertThat(granted).isEqualTo(2);
    }

    @Test
    void higherPriorityGoesFirstThenAge() {
        Job first = scene.submit("steps=1");
        Job second = scene.submit("steps=1");
        Map<String, Object> urgent = scene.request("steps=1");
        urgent.put("priority", 5);
        Job third = scene.submit(urgent);

        assertThat(claimAll("machine")).containsExactly(third.id(), first.id(), second.id());
    }

    @Test
    void anOldAttemptIsFencedAndWritesNothing() {
        Job job = scene.submit("steps=1");
        Claim old = claim();
        reports.heartbeat(id(old), old.token(), BEAT);
        expire(job);
        attempts.lost(id(old));
        Claim young = claim();

        assertThat(young.epoch()).isEqualTo(2);
        assertThatThrownBy(() -> reports.heartbeat(id(old), old.token(), BEAT)).isInstanceOf(Fenced.class);
        assertThatThrownBy(() -> reports.accept(id(old), old.token(), List.of(measured(1, 1))))
                .isInstanceOf(Fenced.class);
        assertThatThrownBy(() -> reports.order(id(old), old.token())).isInstanceOf(Fenced.class);
        assertThat(history.metrics(job.id(), "train", 0)).isEmpty();
        assertThat(reports.heartbeat(id(young), young.token(), BEAT)).isEqualTo(Instruction.CONTINUE);
    }

    @Test
    void aTokenIsGoodForItsOwnAttemptOnly() {
        scene.submit("steps=1");
        scene.submit("steps=1");
        Claim mine = claim();
        Claim other = claim();

        assertThatThrownBy(() -> reports.heartbeat(id(mine), other.token(), BEAT))
                .isInstanceOf(WrongToken.class);
        assertThatThrownBy(() -> reports.accept(id(mine), new AttemptToken("guess"), List.of()))
                .isInstanceOf(WrongToken.class);
    }

    @Test
    void aReportThatComesTwiceIsWrittenOnce() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        Report.Envelope hello = new Report.Envelope(1, new Report.Event("info", "hello", Map.of()));
        reports.accept(id(claim), claim.token(), List.of(hello, measured(2, 1)));
        long through = reports.accept(id(claim), claim.token(), List.of(hello, measured(2, 1), measured(3, 2)));

        assertThat(through).isEqualTo(3);
        assertThat(history.events(job.id(), 0, 100))
                .filteredOn(event -> event.message().equals("hello"))
                .hasSize(1);
        assertThat(history.metrics(job.id(), "train", 0)).hasSize(2);
    }

    @Test
    void reportsBehindAGapWaitForTheMissingOne() {
        scene.submit("steps=1");
        Claim claim = claim();

        assertThat(reports.accept(id(claim), claim.token(), List.of(measured(2, 2))))
                .isZero();
        assertThat(reports.accept(id(claim), claim.token(), List.of(measured(1, 1), measured(2, 2))))
                .isEqualTo(2);
    }

    @Test
    void aLastReportWhoseAnswerWasLostIsAnsweredAgain() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        List<Report.Envelope> last = List.of(new Report.Envelope(
                1, new Report.Failed(dev.tandem.spec.FailureKind.INVALID_DATASET, "row 7 has no chosen")));
        reports.accept(id(claim), claim.token(), last);

        assertThat(reports.accept(id(claim), claim.token(), last)).isEqualTo(1);
        assertThat(scene.get(job).errorMessage()).isEqualTo("row 7 has no chosen");
    }

    @Test
    void aCheckpointOutsideTheJobsFolderFailsTheJob() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        List<Report.Envelope> stray =
                List.of(new Report.Envelope(1, new Report.CheckpointSaved(1, "/etc/important", 1, null, null)));
        assertThatThrownBy(() -> reports.accept(id(claim), claim.token(), stray))
                .isInstanceOfSatisfying(RefusedReport.class, e -> reports.refuse(id(claim), e));

        assertThat(scene.get(job).status()).isEqualTo(JobStatus.FAILED);
        assertThat(scene.get(job).errorMessage()).contains("a checkpoint must lie below");
    }

    @Test
    void theBestCheckpointOutlivesSaveTotalLimit() throws Exception {
        Map<String, Object> request = scene.request("steps=1");
        request.put("training", Map.of("save_total_limit", 2));
        Job job = scene.submit(request);
        Claim claim = claim();
        Path folder = home.checkpoints(job.id());
        for (int step = 1; step <= 4; step++) {
            Path saved = Files.createDirectories(folder.resolve("step-" + step));
            reports.accept(
                    id(claim),
                    claim.token(),
                    List.of(new Report.Envelope(step, new Report.CheckpointSaved(step, saved.toString(), 1, 2, null))));
        }

        assertThat(history.checkpoints(job.id()))
                .extracting(JobHistory.Checkpoint::step)
                .containsExactly(4, 2);
        assertThat(folder.resolve("step-2")).isDirectory();
        assertThat(folder.resolve("step-3")).doesNotExist();
    }

    @Test
    void theFirstHeartbeatMakesAJobRunAndTellsHowFarItIs() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        assertThat(scene.get(job).status()).isEqualTo(JobStatus.STARTING);
        reports.heartbeat(id(claim), claim.token(), BEAT);

        assertThat(scene.get(job).status()).isEqualTo(JobStatus.RUNNING);
        assertThat(scene.get(job).step()).isEqualTo(3);
        assertThat(scene.get(job).totalSteps()).isEqualTo(10);
    }

    @Test
    void aWishReachesTheWorkerWithTheNextHeartbeat() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        reports.heartbeat(id(claim), claim.token(), BEAT);
        control.pause(Project.DEFAULT, job.id());
        assertThat(reports.heartbeat(id(claim), claim.token(), BEAT)).isEqualTo(Instruction.PAUSE);
        control.cancel(Project.DEFAULT, job.id());
        assertThat(reports.heartbeat(id(claim), claim.token(), BEAT)).isEqualTo(Instruction.CANCEL);
    }

    @Test
    void aLostJobRunsAgainUntilItsRetriesAreUsedUp() {
        Map<String, Object> request = scene.request("steps=1");
        request.put("max_retries", 1);
        Job job = scene.submit(request);
        for (int i = 0; i < 2; i++) {
            Claim claim = claim();
            reports.heartbeat(id(claim), claim.token(), BEAT);
            expire(job);
            assertThat(attempts.expired()).contains(id(claim));
            attempts.lost(id(claim));
        }
        assertThat(scene.get(job).status()).isEqualTo(JobStatus.FAILED);
        assertThat(scene.get(job).errorCode()).isEqualTo("worker_lost");
    }

    @Test
    void aHeartbeatBeforeTheReaperKeepsTheJob() {
        Job job = scene.submit("steps=1");
        Claim claim = claim();
        expire(job);
        reports.heartbeat(id(claim), claim.token(), BEAT);
        attempts.lost(id(claim));

        assertThat(scene.get(job).status()).isEqualTo(JobStatus.RUNNING);
    }

    private static Report.Envelope measured(long seq, int step) {
        return new Report.Envelope(seq, new Report.Metrics("train", step, Map.of("loss", 0.5)));
    }

    private void expire(Job job) {
        sql.sql("UPDATE lease SET expires_at = clock_timestamp() - interval '1 second' WHERE job_id = :job")
                .param("job", job.id())
                .update();
    }

    private Claim claim() {
        return attempts.claimNext("machine", 100, AttemptToken.issue()).orElseThrow();
    }

    private List<String> claimAll(String machine) {
        return Stream.generate(() -> attempts.claimNext(machine, 100, AttemptToken.issue()))
                .takeWhile(Optional::isPresent)
                .map(claim -> claim.orElseThrow().job())
                .toList();
    }

    private static AttemptId id(Claim claim) {
        return new AttemptId(claim.job(), claim.epoch());
    }
}
