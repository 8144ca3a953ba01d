package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tandem.FaultyCommits;
import dev.tandem.FaultyCommits.Moment;
import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.DatabaseOutage;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The connection to the database is lost just before or just after a commit, and nobody can tell which: each door then
 * did its work once or not at all, and asked again it gives the answer of the first time and does it no second time.
 */
@WholeApp
@ExtendWith(WithoutScheduler.class)
class LostConnectionTest {

    @Autowired
    Scene scene;

    @Autowired
    Submissions submissions;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    ReportDeliveries deliveries;

    @Autowired
    JobControl control;

    @Autowired
    TandemHome home;

    @Autowired
    FaultyCommits commits;

    @Autowired
    JdbcClient sql;

    /** Every transaction of this room that changes something. */
    enum Door {
        SUBMIT,
        SUBMIT_AGAIN_WITHOUT_KEY,
        CLAIM,
        FIRST_HEARTBEAT,
        REPORTS,
        RESULT,
        FAILURE,
        LAST_FAILURE,
        STOP,
        REFUSED_REPORT,
        REPORTS_LEFT,
        REFUSED_REPORT_LEFT,
        GIVE_GRACE,
        LOST,
        OVERRULE,
        OVERRUN,
        PROCESS_CRASHED,
        PROCESS_TERMINATED,
        START_FAILED,
        PUT_BACK,
        PAUSE_WAITING,
        PAUSE_RUNNING,
        RESUME,
        CANCEL_WAITING,
        CANCEL_RUNNING
    }

    @AfterEach
    void mend() {
        commits.stop();
    }

    @ParameterizedTest
    @EnumSource
    void whatIsAskedAgainAfterALostConnectionIsDoneOnce(Door door) {
        Map<String, Object> request = scene.request("steps=1");
        request.put("max_retries", door == Door.LAST_FAILURE ? 0 : 3);
        request.put("max_runtime_seconds", 60);
        var states = new ArrayList<List<String>>();
        Supplier<Object> undisturbed = open(door, request);
        states.add(everything());
        commits.watch(
                () -> states.add(CompletableFuture.supplyAsync(this::everything).join()));
        String answer = anonymous(String.valueOf(undisturbed.get()));
        commits.stop();
        assertThat(states).as("%s changes something", door).hasSizeGreaterThan(1);

        for (int commit = 1; commit < states.size(); commit++) {
            for (Moment moment : Moment.values()) {
                sql.sql("TRUNCATE job, attempt, lease, metric, event, checkpoint")
                        .update();
                sql.sql("DELETE FROM model WHERE job IS NOT NULL").update();
                Supplier<Object> call = open(door, request);
                commits.loseConnection(moment, commit);
                Throwable told = catchThrowable(call::get);
                commits.stop();

                String fault = "%s, connection lost %s commit %d".formatted(door, moment, commit);
                assertThat(DatabaseOutage.caused(told))
                        .as("%s: %s", fault, told)
                        .isTrue();
                assertThat(everything()).as(fault).isEqualTo(states.get(moment == Moment.AFTER ? commit : commit - 1));
                assertThat(anonymous(String.valueOf(call.get())))
                        .as("%s, asked again", fault)
                        .isEqualTo(answer);
                assertThat(everything()).as("%s, asked again", fault).isEqualTo(states.getLast());
            }
        }
    }

    /** Prepares a job of its own; what is returned goes through the door each time that it is called. */
    private Supplier<Object> open(Door door, Map<String, Object> request) {
        var key = Dedupe.of("key", Map.of("request", "of " + door));
        var noKey = Dedupe.withoutKey(Map.of("request", "of " + door), Duration.ofHours(1));
        return switch (door) {
            case SUBMIT ->
                () -> job(submissions
                        .submit(Project.DEFAULT, SubmitJob.read(request), key)
                        .job());
            case SUBMIT_AGAIN_WITHOUT_KEY ->
                () -> job(submissions
                        .submit(Project.DEFAULT, SubmitJob.read(request), noKey)
                        .job());
            case CLAIM -> {
                scene.submit(request);
                AttemptToken token = AttemptToken.issue();
                yield () -> attempts.claimNext("machine", 1, token).map(Claim::epoch);
            }
            case PAUSE_WAITING, CANCEL_WAITING, RESUME -> wish(door, scene.submit(request));
            default -> {
                Job job = scene.submit(request);
                Claim claim =
                        attempts.claimNext("machine", 1, AttemptToken.issue()).orElseThrow();
                yield underWay(door, job, claim);
            }
        };
    }

    private Supplier<Object> wish(Door door, Job job) {
        if (door == Door.RESUME) {
            control.pause(Project.DEFAULT, job.id());
        }
        return switch (door) {
            case PAUSE_WAITING, PAUSE_RUNNING -> () -> job(control.pause(Project.DEFAULT, job.id()));
            case RESUME -> () -> job(control.resume(Project.DEFAULT, job.id()));
            default -> () -> job(control.cancel(Project.DEFAULT, job.id()));
        };
    }

    private Supplier<Object> underWay(Door door, Job job, Claim claim) {
        var id = new AttemptId(claim.job(), claim.epoch());
        AttemptToken token = claim.token();
        var stray = new Report.CheckpointSaved(1, "/etc/important", 1, null, null);
        return switch (door) {
            case FIRST_HEARTBEAT -> () -> reports.heartbeat(id, token, new Heartbeat(3, 10, 0.3, 7.0));
            case REPORTS -> () -> deliveries.take(id, token, all(job));
            case RESULT -> {
                var done = new Report.Succeeded(5, "fine_tuned", scene.result(), Map.of("loss", 0.5));
                yield () -> deliveries.take(id, token, numbered(done));
            }
            case FAILURE, LAST_FAILURE ->
                () -> deliveries.take(id, token, numbered(new Report.Failed(FailureKind.OUT_OF_MEMORY, "full")));
            case STOP -> () -> deliveries.take(id, token, numbered(new Report.Stopped(Instruction.CONTINUE, 5, null)));
            case REFUSED_REPORT -> () -> deliveries.take(id, token, numbered(measured(1), stray));
            case REPORTS_LEFT -> quietly(() -> deliveries.takeLeft(id, all(job)));
            case REFUSED_REPORT_LEFT -> quietly(() -> deliveries.takeLeft(id, numbered(measured(1), stray)));
            case GIVE_GRACE -> {
                expire();
                yield quietly(attempts::giveGrace);
            }
            case LOST -> {
                expire();
                yield quietly(() -> attempts.lost(id));
            }
            case OVERRULE -> {
                control.pause(Project.DEFAULT, job.id());
                yield quietly(() -> attempts.overrule(id));
            }
            case OVERRUN -> quietly(() -> attempts.failOverrun(id));
            case PROCESS_CRASHED -> quietly(() -> attempts.processEnded(id, OptionalInt.of(137), "killed"));
            case PROCESS_TERMINATED -> quietly(() -> attempts.processEnded(id, OptionalInt.of(143), "stopped"));
            case START_FAILED -> quietly(() -> attempts.startFailed(id, "no such program"));
            case PUT_BACK -> quietly(() -> attempts.putBack(id));
            default -> wish(door, job);
        };
    }

    private List<Report.Envelope> all(Job job) {
        String folder = home.checkpoints(job.id()).resolve("attempt-1-step-2").toString();
        return numbered(
                new Report.Started(10, 0, 1, 0, "cpu"),
                measured(1),
                new Report.Event("warn", "take care", Map.of("n", 1)),
                measured(2),
                new Report.CheckpointSaved(2, folder, 1, null, null));
    }

    private static Report measured(int step) {
        return new Report.Metrics("train", step, Map.of("loss", 0.5));
    }

    private static List<Report.Envelope> numbered(Report... reports) {
        var envelopes = new ArrayList<Report.Envelope>();
        for (Report report : reports) {
            envelopes.add(new Report.Envelope(envelopes.size() + 1, report));
        }
        return envelopes;
    }

    private static Supplier<Object> quietly(Runnable door) {
        return () -> {
            door.run();
            return "done";
        };
    }

    private static String job(Job job) {
        return "%s %s %s".formatted(job.id(), job.status(), job.desired());
    }

    private void expire() {
        sql.sql("UPDATE lease SET expires_at = clock_timestamp() - interval '1 second'")
                .update();
    }

    /** Every row of every table that jobs write to, without names and times, which differ from run to run. */
    private List<String> everything() {
        var rows = new ArrayList<String>();
        for (String table : List.of("job", "attempt", "lease", "metric", "event", "checkpoint", "model")) {
            sql.sql("SELECT '%s ' || t::text FROM %s t".formatted(table, table))
                    .query(String.class)
                    .list()
                    .forEach(row -> rows.add(anonymous(row)));
        }
        if (!rows.isEmpty()) {
            rows.add(sql.sql("SELECT 'silent ' || count(*) FROM lease WHERE expires_at < clock_timestamp()")
                    .query(String.class)
                    .single());
        }
        String[] sorted = rows.toArray(String[]::new);
        Arrays.sort(sorted);
        return List.of(sorted);
    }

    private static String anonymous(String text) {
        return text.replaceAll("(job|ckpt|mdl|ds)_[0-9a-z]{24}", "$1")
                .replaceAll("[0-9a-f]{64}", "digest")
                .replaceAll("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d(\\.\\d+)?\\+00", "time");
    }
}
