package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Fleet.Offer;
import dev.tandem.jobs.Preemption.Asked;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Who makes room for whom. */
@WholeApp
class PreemptionTest {

    private static final Offer TWO_SLOTS = new Offer("machine", 2, List.of());

    @Autowired
    Scene scene;

    @Autowired
    Queues queues;

    @Autowired
    Fleet fleet;

    @Autowired
    Attempts attempts;

    @Autowired
    Preemption preemption;

    @Autowired
    WorkerReports reports;

    @Autowired
    JobBoard board;

    @Autowired
    JobControl control;

    @Autowired
    JobHistory history;

    @Autowired
    TandemHome home;

    @Autowired
    JdbcClient sql;

    @Test
    void theLowestPriorityStopsAfterACheckpointAndTheHigherOneGetsItsPlace() {
        queues.put("favoured", Map.of("weight", 1000));
        run(1, 60);
        Claim low = run(0, 60);
        Job urgent = submit("default", 5, 0);
        submit("favoured", 0, 0); // whose turn it would be

        assertThat(preemption.makeRoom()).contains(new Asked(urgent.id(), low.job()));
        assertThat(preemption.makeRoom()).as("one at a time stops for it").isEmpty();
        assertThat(messages(low.job())).anyMatch(m -> m.contains("whose priority 5 is above 0"));
        assertThat(messages(urgent.id())).anyMatch(m -> m.contains(low.job() + " of priority 0 is asked"));
        assertThat(beat(low)).isEqualTo(Instruction.PAUSE);

        stop(low, 3);
        Job victim = scene.job(low.job());
        assertThat(victim.status()).isEqualTo(JobStatus.QUEUED);
        assertThat(victim.statusReason()).contains("preempted by job " + urgent.id());
        assertThat(victim.failures()).isZero();
        assertThat(outcomes(low)).containsExactly("preempted");
        assertThat(attempts.claimNext(TWO_SLOTS, AttemptToken.issue()))
                .hasValueSatisfying(next -> assertThat(next.job()).isEqualTo(urgent.id()));
        assertThat(attempts.claimNext(TWO_SLOTS, AttemptToken.issue())).isEmpty();
        assertThat(preemption.makeRoom())
                .as("whoever made room takes no room back")
                .isEmpty();
    }

    @Test
    void neitherItsEqualsNorAJobThatJustBeganMakeRoomForAJob() {
        run(5, 60);
        run(0, 0);
        submit("default", 5, 0);

        assertThat(preemption.makeRoom()).isEmpty();
    }

    @Test
    void ofTwoThatAreEqualTheOneWithLessSinceItsCheckpointMakesRoom() throws Exception {
        Claim saved = run(0, 120);
        run(0, 60);
        checkpoint(saved, 1, 7);
        Job urgent = submit("default", 1, 0);

        assertThat(preemption.makeRoom()).contains(new Asked(urgent.id(), saved.job()));
    }

    @Test
    void nobodyMakesRoomWhileThereIsSomeOnAnotherMachine() {
        run(0, 60);
        run(0, 60);
        fleet.report(new Offer("other", 1, List.of()), Duration.ofMinutes(1));
        submit("default", 9, 0);
        assertThat(preemption.makeRoom()).isEmpty();

        fleet.leave("other");
        assertThat(preemption.makeRoom()).isPresent();
    }

    @Test
    void inAQueueThatIsFullItsOwnJobsMakeRoomAndNoOthers() {
        queues.put("narrow", Map.of("max_running", 1));
        run("default", 0, 60, 0);
        Claim inside = run("narrow", 3, 60, 0);
        Job urgent = submit("narrow", 2, 0);
        assertThat(preemption.makeRoom()).as("of a higher priority").isEmpty();

        control.cancel(Project.DEFAULT, urgent.id());
        urgent = submit("narrow", 4, 0);
        assertThat(preemption.makeRoom()).contains(new Asked(urgent.id(), inside.job()));
    }

    @Test
    void aJobThatNeedsAGpuGetsOneOfTheirHoldersAndWaitsForItsEnd() {
        var machine = new Offer("machine", 2, List.of("0"));
        run("default", 0, 60, 0);
        Claim holder = run("default", 1, 60, 1);
        Job urgent = submit("default", 2, 1);
        submit("default", 0, 0);
        assertThat(preemption.makeRoom()).contains(new Asked(urgent.id(), holder.job()));
        stop(holder, 3);

        var whileTheWorkerEnds = new Offer("machine", 2, List.of());
        assertThat(attempts.claimNext(whileTheWorkerEnds, AttemptToken.issue())).isEmpty();
        assertThat(attempts.claimNext(machine, AttemptToken.issue())).hasValueSatisfying(next -> {
            assertThat(next.job()).isEqualTo(urgent.id());
            assertThat(next.gpus()).containsExactly("0");
        });
    }

    @Test
    void aWorkerThatDoesNotHearIsOverruled() {
        run(9, 60);
        Claim deaf = run(0, 60);
        submit("default", 1, 0);
        assertThat(preemption.makeRoom()).isPresent();
        sql.sql("UPDATE job SET desired_at = desired_at - interval '1 day' WHERE id = :job")
                .param("job", deaf.job())
                .update();

        assertThat(attempts.deafToWishes()).containsExactly(id(deaf));
        attempts.overrule(id(deaf));
        assertThat(scene.job(deaf.job()).status()).isEqualTo(JobStatus.QUEUED);
        assertThat(outcomes(deaf)).containsExactly("preempted");
    }

    @Test
    void whatItsOwnerWantsCountsMore() {
        run(9, 60);
        Claim low = run(0, 60);
        submit("default", 1, 0);
        assertThat(preemption.makeRoom()).isPresent();
        control.pause(Project.DEFAULT, low.job());
        stop(low, 3);

        assertThat(scene.job(low.job()).status()).isEqualTo(JobStatus.PAUSED);
        assertThat(outcomes(low)).containsExactly("paused");
    }

    private Claim run(int priority, int minutesAgo) {
        return run("default", priority, minutesAgo, 0);
    }

    private Claim run(String queue, int priority, int minutesAgo, int gpus) {
        submit(queue, priority, gpus);
        fleet.report(new Offer("machine", 2, gpus == 0 ? List.of() : List.of("0")), Duration.ofMinutes(1));
        Claim claim = attempts.claimNext(new Offer("machine", 2, List.of("0")), AttemptToken.issue())
                .orElseThrow();
        beat(claim);
        sql.sql("UPDATE attempt SET started_at = started_at - :minutes * interval '1 minute' WHERE job_id = :job")
                .param("minutes", minutesAgo)
                .param("job", claim.job())
                .update();
        return claim;
    }

    private Job submit(String queue, int priority, int gpus) {
        Map<String, Object> request = scene.request("steps=1");
        request.put("queue", queue);
        request.put("priority", priority);
        request.put("resources", Map.of("gpus", gpus));
        return scene.submit(request);
    }

    private Instruction beat(Claim claim) {
        return reports.heartbeat(id(claim), claim.token(), new Heartbeat(3, 10, 0.3, 7.0));
    }

    private void checkpoint(Claim claim, int seq, int step) throws Exception {
        Path saved = Files.createDirectories(home.checkpoints(claim.job()).resolve("step-" + step));
        report(claim, seq, new Report.CheckpointSaved(step, saved.toString(), 1, null, null));
    }

    private void stop(Claim claim, int step) {
        report(claim, 1, new Report.Stopped(Instruction.PAUSE, step, null));
    }

    private void report(Claim claim, int seq, Report report) {
        reports.accept(id(claim), claim.token(), List.of(new Report.Envelope(seq, report)));
    }

    private List<String> messages(String job) {
        return history.events(job, 0, 100).stream()
                .map(JobHistory.Event::message)
                .toList();
    }

    private List<String> outcomes(Claim claim) {
        return board.attempts(List.of(claim.job())).getOrDefault(claim.job(), List.of()).stream()
                .map(JobBoard.Attempt::outcome)
                .toList();
    }

    private static AttemptId id(Claim claim) {
        return new AttemptId(claim.job(), claim.epoch());
    }
}
