package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.RunningApp;
import dev.tandem.Scene;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.JobBoard.Attempt;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Jobs from the request to the end, each run by a real worker process. */
@RunningApp
class JobRunTest {

    @Autowired
    Scene scene;

    @Autowired
    JobControl control;

    @Autowired
    Attempts attempts;

    @Autowired
    Fleet fleet;

    @Autowired
    LeaseTerms terms;

    @Autowired
    JobBoard board;

    @Autowired
    JobHistory history;

    @Autowired
    JdbcClient sql;

    @Test
    void aJobIsTrainedAndItsResultIsAModel() throws Exception {
        Job job = scene.await(scene.submit("steps=5"), JobStatus.SUCCEEDED);

        assertThat(job.outputModel()).startsWith("mdl_");
        assertThat(job.step()).isEqualTo(5);
        assertThat(job.latestMetrics()).containsEntry("loss", 0.2).containsEntry("best_step", 5.0);
        assertThat(history.metrics(job.id(), "train", 0))
                .extracting(JobHistory.Measured::step)
                .containsExactly(1, 2, 3, 4, 5);
        assertThat(attempts(job)).extracting(Attempt::outcome).containsExactly("succeeded");
        assertThat(history.events(job.id(), 0, 100))
                .extracting(JobHistory.Event::message)
                .anyMatch(message -> message.contains("training on cpu"));
    }

    @Test
    void aCrashedJobGoesOnFromItsLastCheckpoint() throws Exception {
        Job job = scene.await(scene.submit("steps=12 save=5 crash=8"), JobStatus.SUCCEEDED);

        assertThat(attempts(job)).extracting(Attempt::outcome).containsExactly("crashed", "succeeded");
        assertThat(epochsByStep(job))
                .containsExactly(1L, 1L, 1L, 1L, 1L, 2L, 2L, 2L, 2L, 2L, 2L, 2L); // steps 6 to 8 were made again
    }

    @Test
    void aJobWhoseServerDiesBeforeItStartsAWorkerWaitsForALeaseOnly() throws Exception {
        Map<String, Object> request = scene.request("steps=1");
        request.put("resources", Map.of("gpus", 1)); // so that the server of this test leaves it alone
        Job job = scene.submit(request);
        var dead = new Fleet.Offer("dead", 1, List.of("0"));
        fleet.report(dead, Duration.ofMinutes(1));
        Claim claim = attempts.claimNext(dead, AttemptToken.issue()).orElseThrow();

        Instant claimed = Instant.now();
        scene.await(job, JobStatus.QUEUED);
        assertThat(Duration.between(claimed, Instant.now()))
                .isBetween(terms.lease().minusSeconds(1), terms.firstLease().dividedBy(2));

        Claim again = attempts.claimNext(dead, AttemptToken.issue()).orElseThrow();
        attempts.workerStarted(new AttemptId(again.job(), again.epoch()));
        assertThat(sql.sql("SELECT expires_at > clock_timestamp() + interval '20 seconds' FROM lease WHERE epoch = 2")
                        .query(Boolean.class)
                        .single())
                .isTrue();
        attempts.workerStarted(new AttemptId(claim.job(), claim.epoch())); // too late, and nothing to extend
        control.cancel(Project.DEFAULT, job.id());
        fleet.leave("dead");
    }

    @Test
    void aJobThatKeepsCrashingFailsAfterItsRetries() throws Exception {
        Map<String, Object> request = scene.request("steps=5 always-crash=2");
        request.put("max_retries", 1);
        Job job = scene.await(scene.submit(request), JobStatus.FAILED);

        assertThat(attempts(job)).hasSize(2);
        assertThat(job.errorCode()).isEqualTo("crashed");
        assertThat(job.errorMessage()).contains("ended with code 1").contains("last of 2 attempts");
    }

    @Test
    void aFailureThatWouldComeAgainIsNotRetried() throws Exception {
        Job job = scene.await(scene.submit("fail"), JobStatus.FAILED);

        assertThat(attempts(job)).hasSize(1);
        assertThat(job.errorCode()).isEqualTo("diverged");
        assertThat(job.errorMessage()).isEqualTo("the loss is NaN at row 1");
    }

    @Test
    void aKilledWorkerIsNoticedAtOnceAndItsJobRunsAgain() throws Exception {
        Job job = scene.submit("steps=60 millis=50 save=5");
        scene.await(job, j -> j.step() >= 12);
        worker(job).destroyForcibly();
        scene.await(job, j -> j.epoch() == 2);
        job = scene.await(job, JobStatus.SUCCEEDED);

        assertThat(epochsByStep(job)).hasSize(60).isSorted();
    }

    @Test
    void aRunningJobIsCancelledWithinSeconds() throws Exception {
        Job job = scene.submit("steps=1000 millis=50");
        scene.await(job, j -> j.step() > 1);
        ProcessHandle worker = worker(job);
        control.cancel(Project.DEFAULT, job.id());
        job = scene.await(job, JobStatus.CANCELLED);

        assertThat(attempts(job)).extracting(Attempt::outcome).containsExactly("cancelled");
        worker.onExit().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aWorkerThatDoesNotHearIsKilledWhenItsJobIsCancelled() throws Exception {
        Job job = scene.submit("steps=1000 millis=50 deaf");
        scene.await(job, j -> j.step() > 1);
        ProcessHandle worker = worker(job);
        control.cancel(Project.DEFAULT, job.id());
        scene.await(job, JobStatus.CANCELLED);

        worker.onExit().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aPausedJobGoesOnWhereItStopped() throws Exception {
        Job job = scene.submit("steps=100 millis=40");
        scene.await(job, j -> j.step() > 3);
        control.pause(Project.DEFAULT, job.id());
        job = scene.await(job, JobStatus.PAUSED);
        int pausedAt = job.step();
        control.resume(Project.DEFAULT, job.id());
        job = scene.await(job, JobStatus.SUCCEEDED);

        assertThat(attempts(job)).extracting(Attempt::outcome).containsExactly("paused", "succeeded");
        assertThat(epochsByStep(job)).hasSize(100).startsWith(1L).endsWith(2L);
        assertThat(epochsByStep(job).indexOf(2L)).isGreaterThanOrEqualTo(pausedAt);
    }

    @Test
    void aJobMayNotRunLongerThanItsLimit() throws Exception {
        Map<String, Object> request = scene.request("steps=1000 millis=50");
        request.put("max_runtime_seconds", 2);
        Job job = scene.await(scene.submit(request), JobStatus.FAILED);

        assertThat(job.errorCode()).isEqualTo("max_runtime_exceeded");
    }

    @Test
    void onlyTheNewestCheckpointsAreKept() throws Exception {
        Map<String, Object> request = scene.request("steps=20 save=5");
        request.put("training", Map.of("save_total_limit", 2));
        Job job = scene.await(scene.submit(request), JobStatus.SUCCEEDED);

        assertThat(history.checkpoints(job.id()))
                .extracting(JobHistory.Checkpoint::step)
                .containsExactly(20, 15);
    }

    private List<Attempt> attempts(Job job) {
        return board.attempts(List.of(job.id())).getOrDefault(job.id(), List.of());
    }

    private List<Long> epochsByStep(Job job) {
        return sql.sql("SELECT epoch FROM metric WHERE job_id = :job AND split = 'train' ORDER BY step")
                .param("job", job.id())
                .query((row, n) -> row.getLong(1))
                .list();
    }

    private ProcessHandle worker(Job job) {
        return ProcessHandle.current()
                .children()
                .filter(child -> environment(child).contains("TANDEM_JOB=" + job.id()))
                .findFirst()
                .orElseThrow();
    }

    private static String environment(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
