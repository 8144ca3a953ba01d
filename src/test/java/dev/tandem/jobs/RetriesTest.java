package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Report;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What is tried again, when, and for how long in all. */
@WholeApp
class RetriesTest {

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    JobControl control;

    @Autowired
    JdbcClient sql;

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"INVALID_SPEC", "INVALID_DATASET", "INVALID_MODEL", "DIVERGED"})
    void badInputIsNeverTriedAgain(FailureKind kind) {
        Job job = submit(3, null);
        fail(claim(), kind);

        assertThat(scene.get(job).status()).isEqualTo(JobStatus.FAILED);
        assertThat(scene.get(job).errorCode()).isEqualTo(kind.code());
        assertThat(scene.get(job).failures()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"OUT_OF_MEMORY", "STORAGE", "CRASHED"})
    void whatMayGoBetterIsTriedAgainAfterWaitsThatDouble(FailureKind kind) {
        Job job = submit(2, null);
        fail(claim(), kind);
        assertThat(wait(job)).isEqualTo(1, within(0.9));

        comeDue(job, "1 hour");
        assertThat(attempts.claimNext("machine", 9, AttemptToken.issue())).isEmpty();
        comeDue(job, "0");
        fail(claim(), kind);
        assertThat(wait(job)).isEqualTo(2, within(0.9));

        comeDue(job, "0");
        fail(claim(), kind);
        assertThat(scene.get(job).status()).isEqualTo(JobStatus.FAILED);
        assertThat(scene.get(job).errorMessage()).contains("last of 3 attempts (max_retries = 2)");
    }

    @Test
    void aProcessThatEndsWithoutAWordIsTriedAgainToo() {
        Job job = submit(1, null);
        attempts.processEnded(id(claim()), OptionalInt.of(137), "Killed");

        assertThat(scene.get(job).status()).isEqualTo(JobStatus.QUEUED);
        assertThat(scene.get(job).statusReason()).contains("code 137").contains("retry 1 of 1");
        assertThat(wait(job)).isEqualTo(1, within(0.9));
    }

    @Test
    void anAttemptThatNeverBeganUsesUpNoRetry() {
        Job job = submit(0, null);
        Claim unstarted = claim(); // and its server dies before it starts a worker
        runOut(unstarted);
        attempts.lost(id(unstarted));
        assertThat(scene.get(job).status()).isEqualTo(JobStatus.QUEUED);
        assertThat(scene.get(job).statusReason()).contains("nothing was heard").contains("no retry");
        assertThat(wait(job)).isEqualTo(0, within(0.5));

        Claim begun = claim();
        reports.heartbeat(id(begun), begun.token(), new Heartbeat(0, 10, 0, null));
        runOut(begun);
        attempts.lost(id(begun));
        assertThat(scene.get(job).status()).isEqualTo(JobStatus.FAILED);
    }

    @Test
    void theTimeOfAllAttemptsCountsAndANewOneResetsNothing() {
        submit(3, 100);
        Claim first = claim();
        lasted(first, 90);
        attempts.putBack(id(first));
        Claim second = claim();
        assertThat(attempts.overrun()).isEmpty();

        lasted(second, 20);
        assertThat(attempts.overrun()).containsExactly(id(second));
        attempts.failOverrun(id(second));
        assertThat(scene.job(second.job()).errorCode()).isEqualTo("max_runtime_exceeded");
        assertThat(scene.job(second.job()).errorMessage()).contains("all 2 attempts together");
    }

    @Test
    void timeInTheQueueAndPausesDoNotCount() {
        Job job = submit(3, 100);
        sql.sql("UPDATE job SET created_at = created_at - interval '1 day'").update();
        Claim first = claim();
        lasted(first, 50);
        control.pause(Project.DEFAULT, job.id());
        report(first, new Report.Stopped(dev.tandem.spec.Instruction.PAUSE, 3, null));
        sql.sql("UPDATE attempt SET started_at = started_at - interval '1 day', ended_at = ended_at - interval '1 day'")
                .update();
        control.resume(Project.DEFAULT, job.id());
        lasted(claim(), 30);

        assertThat(attempts.overrun()).isEmpty();
    }

    private Job submit(int maxRetries, @org.jspecify.annotations.Nullable Integer seconds) {
        Map<String, Object> request = scene.request("steps=1");
        request.put("max_retries", maxRetries);
        if (seconds != null) {
            request.put("max_runtime_seconds", seconds);
        }
        return scene.submit(request);
    }

    private Claim claim() {
        return attempts.claimNext("machine", 9, AttemptToken.issue()).orElseThrow();
    }

    private void fail(Claim claim, FailureKind kind) {
        report(claim, new Report.Failed(kind, "it could not go on"));
    }

    private void report(Claim claim, Report report) {
        reports.accept(id(claim), claim.token(), List.of(new Report.Envelope(1, report)));
    }

    /** Seconds from the end of the last attempt to the next. */
    private double wait(Job job) {
        return sql.sql("""
                SELECT extract(epoch FROM j.next_run_at - (SELECT max(ended_at) FROM attempt a WHERE a.job_id = j.id))
                  FROM job j WHERE j.id = :job
                """).param("job", job.id()).query(Double.class).single();
    }

    private void comeDue(Job job, String later) {
        sql.sql("UPDATE job SET next_run_at = clock_timestamp() + CAST(:later AS interval) WHERE id = :job")
                .param("later", later)
                .param("job", job.id())
                .update();
    }

    private void runOut(Claim claim) {
        sql.sql("UPDATE lease SET expires_at = clock_timestamp() - interval '1 second' WHERE job_id = :job")
                .param("job", claim.job())
                .update();
    }

    private void lasted(Claim claim, int seconds) {
        sql.sql(
                        "UPDATE attempt SET started_at = started_at - :seconds * interval '1 second' WHERE job_id = :job AND epoch = :epoch")
                .param("seconds", seconds)
                .param("job", claim.job())
                .param("epoch", claim.epoch())
                .update();
    }

    private static AttemptId id(Claim claim) {
        return new AttemptId(claim.job(), claim.epoch());
    }
}
