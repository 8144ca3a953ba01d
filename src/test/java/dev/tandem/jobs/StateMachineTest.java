package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.ModelJob.Answer;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Anything may happen to a job in any order, said by anyone, twice or too late: a simple model knows what becomes of it. */
@WholeApp
@ExtendWith(WithoutScheduler.class)
class StateMachineTest {

    private static final int OPERATIONS = 600;
    private static final int JOBS_AT_ONCE = 4;

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

    private final Map<String, ModelJob> jobs = new LinkedHashMap<>();
    private final Map<AttemptId, AttemptToken> tokens = new LinkedHashMap<>();
    private final List<String> said = new ArrayList<>();
    private Random random = new Random();
    private Map<String, Object> request = Map.of();
    private String tree = "";

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 20_261_128, 314_159})
    void theDatabaseAgreesWithTheModelAfterEveryOperation(long seed) throws Exception {
        random = new Random(Long.getLong("tandem.seed", seed));
        tree = scene.result();
        request = scene.request("steps=1");
        for (int i = 0; i < OPERATIONS; i++) {
            ModelJob touched = operate();
            assertThat(stored(touched.id))
                    .as("seed %d, operation %d; the last ones: %s", seed, i, last())
                    .isEqualTo(touched.toString());
        }
        jobs.values().forEach(job -> assertThat(stored(job.id)).as(job.id).isEqualTo(job.toString()));
        assertThat(jobs.values()).extracting(job -> job.status).contains("succeeded", "failed", "cancelled");
        assertThatHistoriesHaveNoGap();
    }

    private ModelJob operate() {
        List<ModelJob> all = List.copyOf(jobs.values());
        List<ModelJob> unfinished = all.stream().filter(job -> !job.over()).toList();
        if (unfinished.size() < JOBS_AT_ONCE) {
            return submit();
        }
        // A job that is over is a target too: what comes too late must change nothing.
        ModelJob job = random.nextInt(5) > 0
                ? unfinished.get(random.nextInt(unfinished.size()))
                : all.get(random.nextInt(all.size()));
        if (job.epoch() == 0 && random.nextBoolean()) {
            return claim().orElse(job);
        }
        switch (random.nextInt(job.epoch() == 0 ? 5 : 22)) {
            case 0, 1 -> {
                return claim().orElse(job);
            }
            case 2 -> expect(job, "pause", job.pause(), () -> control.pause(Project.DEFAULT, job.id));
            case 3 -> expect(job, "resume", job.resume(), () -> control.resume(Project.DEFAULT, job.id));
            case 4 -> {
                if (random.nextInt(3) == 0) {
                    expect(job, "cancel", job.cancel(), () -> control.cancel(Project.DEFAULT, job.id));
                }
            }
            case 5, 6, 7 -> heartbeat(job, someRun(job));
            case 8 -> expect(job, "order", job.order(job.epoch()), () -> reports.order(id(job), token(id(job))));
            case 9, 10, 11, 12, 13, 14, 15 -> report(job, someRun(job));
            case 16 -> lose(job, someRun(job));
            case 17, 18 -> endProcess(job, someRun(job));
            case 19 -> putBack(job, someRun(job));
            case 20 -> overrule(job, someRun(job));
            default -> wait(job);
        }
        return job;
    }

    private ModelJob submit() {
        request.put("max_retries", random.nextInt(4));
        Job job = scene.submit(request);
        var model = new ModelJob(job.id(), job.maxRetries());
        jobs.put(job.id(), model);
        said.add("submit " + job.id());
        return model;
    }

    private Optional<ModelJob> claim() {
        Optional<Claim> claim = attempts.claimNext("machine", 100, AttemptToken.issue());
        assertThat(claim.isPresent())
                .as("claimed %s after %s", claim, last())
                .isEqualTo(jobs.values().stream().anyMatch(ModelJob::claimable));
        return claim.map(granted -> {
            ModelJob job = Objects.requireNonNull(jobs.get(granted.job()));
            assertThat(job.claimable()).as("%s: %s", job.id, job).isTrue();
            job.claimed();
            assertThat(granted.epoch()).isEqualTo(job.epoch());
            tokens.put(new AttemptId(granted.job(), granted.epoch()), granted.token());
            said.add("claim " + granted.job());
            return job;
        });
    }

    /** The present attempt mostly, else one that is over. */
    private AttemptId someRun(ModelJob job) {
        long epoch = random.nextInt(4) > 0 ? job.epoch() : random.nextLong(1, job.epoch() + 1);
        return new AttemptId(job.id, epoch);
    }

    private void heartbeat(ModelJob job, AttemptId run) {
        int step = random.nextInt(job.step + 1, job.step + 4);
        Instruction told = Instruction.valueOf(job.wish.toUpperCase(java.util.Locale.ROOT));
        expect(job, "heartbeat " + run.epoch(), job.heartbeat(run.epoch(), step), () -> {
            Instruction heard = reports.heartbeat(run, token(run), new Heartbeat(step, 100, 0.5, 1.0));
            assertThat(heard).isEqualTo(told);
        });
    }

    private void report(ModelJob job, AttemptId run) {
        long known = job.runs.get((int) run.epoch() - 1).lastSeq;
        long seq = Math.max(1, known + 1 + (random.nextInt(5) == 0 ? random.nextInt(-2, 3) : 0));
        var envelope = new Report.Envelope(seq, someReport(job, run));
        boolean left = random.nextInt(6) == 0;
        Answer answer = job.report(run.epoch(), envelope);
        expect(
                job,
                "%s%s of %d".formatted(left ? "left " : "", envelope, run.epoch()),
                left ? Answer.DONE : answer,
                () -> {
                    if (left) {
                        deliveries.takeLeft(run, List.of(envelope)); // silent when it comes too late
                    } else {
                        deliveries.take(run, token(run), List.of(envelope));
                    }
                });
    }

    private Report someReport(ModelJob job, AttemptId run) {
        int step = random.nextInt(job.step + 1, job.step + 3);
        String folder = home.checkpoints(job.id)
                .resolve("attempt-%d-step-%d".formatted(run.epoch(), step))
                .toString();
        return switch (random.nextInt(14)) {
            case 0, 1 ->
                new Report.Started(100, job.checkpoints.isEmpty() ? 0 : job.checkpoints.lastKey(), 8, 0, "cpu");
            case 2, 3 -> new Report.CheckpointSaved(step, folder, 1, null, null);
            case 4 -> new Report.Event("info", "hello", Map.of());
            case 5 -> new Report.Succeeded(step, "fine_tuned", tree, Map.of("loss", 0.1));
            case 6 -> new Report.Failed(pick(FailureKind.values()), "it broke");
            case 7 -> new Report.Stopped(pick(Instruction.values()), step, null);
            default -> new Report.Metrics("train", step, Map.of("loss", 1.0 / step));
        };
    }

    private void lose(ModelJob job, AttemptId run) {
        sql.sql("UPDATE lease SET expires_at = clock_timestamp() - interval '1 second' WHERE job_id = :job")
                .param("job", job.id)
                .update();
        job.lost(run.epoch());
        expect(job, "lost " + run.epoch(), Answer.DONE, () -> attempts.lost(run));
    }

    private void endProcess(ModelJob job, AttemptId run) {
        int exit = List.of(0, 1, 42, 43, 44, 75, 137, 143, -1).get(random.nextInt(9));
        job.processEnded(run.epoch(), exit);
        expect(
                job,
                "exit %d of %d".formatted(exit, run.epoch()),
                Answer.DONE,
                () -> attempts.processEnded(run, exit < 0 ? OptionalInt.empty() : OptionalInt.of(exit), "last words"));
    }

    private void putBack(ModelJob job, AttemptId run) {
        boolean neverStarted = random.nextBoolean();
        if (job.owns(run.epoch())) {
            if (neverStarted) {
                job.broke("crashed", FailureKind.CRASHED);
            } else {
                job.stopped();
            }
        }
        expect(job, (neverStarted ? "start failed " : "put back ") + run.epoch(), Answer.DONE, () -> {
            if (neverStarted) {
                attempts.startFailed(run, "no memory");
            } else {
                attempts.putBack(run);
            }
        });
    }

    private void overrule(ModelJob job, AttemptId run) {
        if (!job.wish.equals("continue")) {
            if (job.owns(run.epoch())) {
                job.stopped();
            }
            expect(job, "overrule " + run.epoch(), Answer.DONE, () -> attempts.overrule(run));
        }
    }

    /** The back-off of a crashed job passes. */
    private void wait(ModelJob job) {
        sql.sql("UPDATE job SET next_run_at = clock_timestamp() - interval '1 second' WHERE id = :job")
                .param("job", job.id)
                .update();
        job.due = true;
        said.add("wait " + job.id);
    }

    private void expect(ModelJob job, String what, Answer expected, Runnable operation) {
        said.add(what + " " + job.id);
        Answer answer = Answer.DONE;
        try {
            operation.run();
        } catch (Fenced e) {
            answer = Answer.FENCED;
        } catch (IllegalTransition e) {
            answer = Answer.REFUSED;
        }
        assertThat(answer)
                .as("%s, now %s; the last ones: %s", what, job, last())
                .isEqualTo(expected);
        // A back-off lasts until the model says that it passed.
        sql.sql("UPDATE job SET next_run_at = next_run_at + interval '1 hour' WHERE next_run_at > clock_timestamp()")
                .update();
    }

    private String stored(String job) {
        return sql.sql(ModelJob.STORED).param("job", job).query(String.class).single();
    }

    private void assertThatHistoriesHaveNoGap() {
        assertThat(sql.sql("""
                SELECT j.id FROM job j
                 WHERE (SELECT count(*) <> max(seq) FROM event WHERE job_id = j.id)
                    OR j.status <> (SELECT data ->> 'status' FROM event
                                     WHERE job_id = j.id AND type = 'status' ORDER BY seq DESC LIMIT 1)
                       AND j.status NOT IN ('running', 'pausing')
                    OR j.epoch <> (SELECT count(*) FROM attempt WHERE job_id = j.id)
                    OR (j.status = 'succeeded') <> EXISTS (SELECT FROM model WHERE job = j.id)
                """).query(String.class).list()).isEmpty();
        assertThat(sql.sql("SELECT count(*) FROM model WHERE job IS NOT NULL")
                        .query(Long.class)
                        .single())
                .isEqualTo(jobs.values().stream()
                        .filter(job -> job.status.equals("succeeded"))
                        .count());
    }

    private List<String> last() {
        return said.subList(Math.max(0, said.size() - 25), said.size());
    }

    private <T> T pick(T[] of) {
        return of[random.nextInt(of.length)];
    }

    private AttemptToken token(AttemptId run) {
        return Objects.requireNonNull(tokens.get(run));
    }

    private static AttemptId id(ModelJob job) {
        return new AttemptId(job.id, job.epoch());
    }
}
