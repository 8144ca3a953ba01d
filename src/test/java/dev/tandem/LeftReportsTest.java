package dev.tandem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobHistory;
import dev.tandem.jobs.JobStatus;
import dev.tandem.launcher.WorkerLauncher;
import dev.tandem.launcher.WorkerLauncher.Attempt;
import dev.tandem.launcher.WorkerLauncher.Start;
import dev.tandem.launcher.WorkerLauncher.Stop;
import dev.tandem.security.AttemptToken;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.ContextConfiguration;

/** A real worker ends while its server is away: what it wrote down arrives all the same, each once and in order. */
@Import({ScriptedWorkers.class, Scene.class})
@ContextConfiguration(initializers = FreshHome.class)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tandem.test-home=left-reports",
            "tandem.demo=false",
            "tandem.worker.slots=0",
            "tandem.worker.backoff=100ms",
            "tandem.worker.poll=100ms"
        })
class LeftReportsTest {

    private static final int STEPS = 150;

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerLauncher launcher;

    @Autowired
    JobBoard board;

    @Autowired
    JobHistory history;

    @Autowired
    JdbcClient sql;

    @LocalServerPort
    int port;

    @Test
    void aTerminatedWorkersCheckpointIsWhereItsJobGoesOn() throws Exception {
        Job job = scene.submit("steps=%d millis=20 save=1000".formatted(STEPS));
        int reached = endWhileTheServerIsAway(job, Stop.CHECKPOINT);
        job = scene.await(job, JobStatus.QUEUED);

        int stoppedAt = history.checkpoints(job.id()).getFirst().step();
        assertThat(stoppedAt).isGreaterThanOrEqualTo(reached);
        assertThat(outcomes(job)).containsExactly("stopped");
        assertThat(job.failures()).isZero();
        assertThat(epochsByStep(job)).isEqualTo(Collections.nCopies(stoppedAt, 1L));
        finish(job);
        assertThat(epochsByStep(job)).hasSize(STEPS).isSorted().areExactly(stoppedAt, first());
    }

    @Test
    void aKilledWorkersLastCheckpointIsWhereItsJobGoesOn() throws Exception {
        Job job = scene.submit("steps=%d millis=20 save=10".formatted(STEPS));
        int reached = endWhileTheServerIsAway(job, Stop.KILL);
        job = scene.await(job, JobStatus.QUEUED);

        int saved = history.checkpoints(job.id()).getFirst().step();
        assertThat(saved).isBetween(reached - 10, STEPS - 1);
        assertThat(outcomes(job)).containsExactly("crashed");
        assertThat(epochsByStep(job)).hasSizeGreaterThanOrEqualTo(reached);
        finish(job);
        assertThat(epochsByStep(job)).hasSize(STEPS).isSorted().areExactly(saved, first());
        assertThat(history.events(job.id(), 0, 1000).stream()
                        .filter(event -> event.type().equals("checkpoint"))
                        .map(event -> event.data().get("step")))
                .containsExactlyElementsOf(IntStream.rangeClosed(1, STEPS / 10)
                        .mapToObj(i -> 10 * i)
                        .toList());
    }

    private static org.assertj.core.api.Condition<Long> first() {
        return new org.assertj.core.api.Condition<>(epoch -> epoch == 1, "of the first attempt");
    }

    /** @return a step that the worker had reached before it was told to stop, well beyond what the server knew */
    private int endWhileTheServerIsAway(Job job, Stop how) throws Exception {
        Claim claim = attempts.claimNext("here", 10, AttemptToken.issue()).orElseThrow();
        var attempt = new Attempt(claim.job(), claim.epoch());
        int known;
        try (var wire = new Relay(port)) {
            launcher.ensureStarted(new Start(attempt, claim.token(), wire.url(), Duration.ofMillis(100), List.of()));
            known = scene.await(job, j -> j.step() >= 5).step();
        }
        int reached = known;
        while (reached < known + 40) {
            Thread.sleep(20);
            reached = stepInLog(job);
        }
        launcher.requestStop(attempt, how);
        return reached;
    }

    private int stepInLog(Job job) {
        return launcher.log(job.id(), launcher.logStart(job.id(), 20), true)
                .text()
                .lines()
                .filter(line -> line.contains("step "))
                .mapToInt(line -> Integer.parseInt(line.replaceAll(".*step (\\d+).*", "$1")))
                .max()
                .orElse(0);
    }

    private void finish(Job job) throws InterruptedException {
        scene.await(job, j -> j.nextRunAt().isBefore(databaseTime()));
        Claim claim = attempts.claimNext("here", 10, AttemptToken.issue()).orElseThrow();
        launcher.ensureStarted(new Start(
                new Attempt(claim.job(), claim.epoch()),
                claim.token(),
                "http://127.0.0.1:" + port,
                Duration.ofMillis(100),
                List.of()));
        scene.await(job, JobStatus.SUCCEEDED);
    }

    private java.time.Instant databaseTime() {
        return sql.sql("SELECT clock_timestamp()")
                .query(java.sql.Timestamp.class)
                .single()
                .toInstant();
    }

    private List<String> outcomes(Job job) {
        return board.attempts(List.of(job.id())).getOrDefault(job.id(), List.of()).stream()
                .map(attempt -> String.valueOf(attempt.outcome()))
                .toList();
    }

    private List<Long> epochsByStep(Job job) {
        return sql.sql("SELECT epoch FROM metric WHERE job_id = :job AND split = 'train' ORDER BY step")
                .param("job", job.id())
                .query((row, n) -> row.getLong(1))
                .list();
    }
}
