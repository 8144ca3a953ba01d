package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Fleet.Offer;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

/** In which order jobs get their turn, and how many at a time. */
@WholeApp
class TurnsTest {

    @Autowired
    Scene scene;

    @Autowired
    Queues queues;

    @Autowired
    Attempts attempts;

    @Autowired
    JobControl control;

    @Autowired
    JdbcClient sql;

    @Test
    void aQueueOfThreeTimesTheWeightGetsThreeTimesTheSlots() {
        queues.put("large", Map.of("weight", 3));
        queues.put("small", Map.of("weight", 1));
        submit(12, "small", 0);
        submit(12, "large", 0);
        List<String> served = IntStream.range(0, 12)
                .mapToObj(i -> claim("machine", 100).queue())
                .toList();

        assertThat(served).filteredOn("large"::equals).hasSize(9);
        assertThat(served.subList(0, 4)).contains("small", "large");
    }

    @Test
    void theQueueThatUsedLeastIsNextAndOldUseCountsLess() {
        queues.put("a", Map.of());
        queues.put("b", Map.of());
        submit(1, "a", 0);
        submit(1, "b", 0);
        used("a", "default", 1000, 0);
        used("b", "default", 1500, 24);

        assertThat(claim("machine", 100).queue()).isEqualTo("b");
        assertThat(queues.get("b").usedSeconds()).isEqualTo(750 + 60, within(5.0));
    }

    @Test
    void withinAQueuePriorityComesBeforeTheProjectThatUsedLeastAndThatBeforeAge() {
        Job old = submit(1, "default", 0).getFirst();
        Job modest = submit(1, "default", 0).getFirst();
        Job urgent = submit(1, "default", 1).getFirst();
        project(modest, "modest");
        used("default", "default", 5000, 0);

        assertThat(Stream.generate(() -> claim("machine", 100)).limit(3).map(Job::id))
                .containsExactly(urgent.id(), modest.id(), old.id());
    }

    @Test
    void projectsTakeTurnsWhileTheirJobsRun() {
        submit(4, "default", 0);
        submit(4, "default", 0).forEach(job -> project(job, "other"));

        assertThat(List.of(project(claim("machine", 100)), project(claim("machine", 100))))
                .containsExactlyInAnyOrder("default", "other");
        assertThat(List.of(project(claim("machine", 100)), project(claim("machine", 100))))
                .containsExactlyInAnyOrder("default", "other");
    }

    @Test
    void theTimeOfAnAttemptIsChargedToItsQueueForEachGpu() {
        queues.put("gpu", Map.of());
        Job job = submit("gpu", 1);
        Claim claim = attempts.claimNext(new Offer("machine", 1, List.of("0")), AttemptToken.issue())
                .orElseThrow();
        sql.sql("UPDATE attempt SET started_at = clock_timestamp() - interval '100 seconds'")
                .update();
        attempts.putBack(new AttemptId(claim.job(), claim.epoch()));
        control.cancel(Project.DEFAULT, job.id());

        assertThat(queues.get("gpu").usedSeconds()).isEqualTo(100, within(2.0));
    }

    @Test
    void aCapHoldsHoweverManyServersClaimAtOnce() throws Exception {
        queues.put("capped", Map.of("max_running", 3));
        submit(20, "capped", 0);
        submit(2, "default", 0);
        var claimed = new ArrayList<String>();
        try (var servers = Executors.newFixedThreadPool(6)) {
            List<Callable<List<Claim>>> all = IntStream.range(0, 6)
                    .mapToObj(i -> (Callable<List<Claim>>) () -> claimAll("machine-" + i))
                    .toList();
            for (var server : servers.invokeAll(all)) {
                server.get().forEach(claim -> claimed.add(claim.job()));
            }
        }
        assertThat(claimed).hasSize(5).doesNotHaveDuplicates();
        assertThat(queues.get("capped").jobs()).containsEntry("starting", 3L).containsEntry("queued", 17L);

        attempts.putBack(new AttemptId(runningIn("capped"), 1));
        assertThat(claimAll("machine-0")).hasSize(1);
    }

    @Test
    void aPausedQueueStartsNothing() {
        queues.put("night", Map.of("paused", true));
        submit(1, "night", 9);
        assertThat(attempts.claimNext("machine", 1, AttemptToken.issue())).isEmpty();

        queues.put("night", Map.of("paused", false));
        assertThat(attempts.claimNext("machine", 1, AttemptToken.issue())).isPresent();
    }

    @Test
    void eachJobGetsAGpuOfItsOwnAndJobsWithoutOnePassBy() {
        for (int i = 0; i < 3; i++) {
            submit("default", 1);
        }
        Job onCpu = submit("default", 0);
        var machine = new Offer("machine", 4, List.of("2", "GPU-8f3a"));
        List<Claim> claims = IntStream.range(0, 3)
                .mapToObj(i -> attempts.claimNext(machine, AttemptToken.issue()).orElseThrow())
                .toList();

        assertThat(claims).extracting(Claim::gpus).containsExactly(List.of("2"), List.of("GPU-8f3a"), List.of());
        assertThat(claims.getLast().job()).isEqualTo(onCpu.id());
        assertThat(attempts.claimNext(machine, AttemptToken.issue())).isEmpty();

        attempts.putBack(new AttemptId(claims.getFirst().job(), 1));
        assertThat(attempts.claimNext(machine, AttemptToken.issue()))
                .hasValueSatisfying(next -> assertThat(next.gpus()).containsExactly("2"));
    }

    @Test
    void aCapOfGpusLetsJobsWithoutOneGoOn() {
        queues.put("default", Map.of("max_gpus", 1));
        submit("default", 1);
        submit("default", 1);
        Job onCpu = submit("default", 0);
        var machine = new Offer("machine", 9, List.of("0", "1", "2"));
        List<Claim> claims = Stream.generate(() -> attempts.claimNext(machine, AttemptToken.issue()))
                .takeWhile(Optional::isPresent)
                .map(Optional::get)
                .toList();

        assertThat(claims).hasSize(2);
        assertThat(claims.getLast().job()).isEqualTo(onCpu.id());
        assertThat(queues.get("default").runningGpus()).isEqualTo(1);
    }

    private List<Job> submit(int count, String queue, int priority) {
        Map<String, Object> request = scene.request("steps=1");
        request.put("queue", queue);
        request.put("priority", priority);
        return IntStream.range(0, count).mapToObj(i -> scene.submit(request)).toList();
    }

    private Job submit(String queue, int gpus) {
        Map<String, Object> request = scene.request("steps=1");
        request.put("queue", queue);
        request.put("resources", Map.of("gpus", gpus));
        return scene.submit(request);
    }

    private Job claim(String machine, int slots) {
        String id = attempts.claimNext(machine, slots, AttemptToken.issue())
                .orElseThrow()
                .job();
        return scene.job(projectOf(id), id);
    }

    private List<Claim> claimAll(String machine) {
        return Stream.generate(() -> attempts.claimNext(machine, 100, AttemptToken.issue()))
                .takeWhile(Optional::isPresent)
                .map(Optional::get)
                .toList();
    }

    private String runningIn(String queue) {
        return sql.sql("SELECT id FROM job WHERE queue = :queue AND status = 'starting' LIMIT 1")
                .param("queue", queue)
                .query(String.class)
                .single();
    }

    private void project(Job job, String project) {
        sql.sql("INSERT INTO project VALUES (:project, clock_timestamp()) ON CONFLICT DO NOTHING")
                .param("project", project)
                .update();
        sql.sql("UPDATE job SET project = :project WHERE id = :job")
                .param("project", project)
                .param("job", job.id())
                .update();
    }

    private String project(Job job) {
        return projectOf(job.id()).name();
    }

    private Project projectOf(String job) {
        return new Project(sql.sql("SELECT project FROM job WHERE id = :job")
                .param("job", job)
                .query(String.class)
                .single());
    }

    private void used(String queue, String project, double seconds, int hoursAgo) {
        sql.sql(
                        "INSERT INTO queue_usage VALUES (:queue, :project, :seconds, clock_timestamp() - :hours * interval '1 hour')")
                .param("queue", queue)
                .param("project", project)
                .param("seconds", seconds)
                .param("hours", hoursAgo)
                .update();
    }
}
