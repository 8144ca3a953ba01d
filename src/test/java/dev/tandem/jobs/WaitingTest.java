package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Fleet.Offer;
import dev.tandem.security.AttemptToken;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;

/** A waiting job tells why it waits. */
@WholeApp
class WaitingTest {

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    Waiting waiting;

    @Autowired
    Queues queues;

    @Autowired
    Fleet fleet;

    @Autowired
    Attempts attempts;

    @Autowired
    JdbcClient sql;

    @Test
    void forAMachineForASlotAndForItsTurn() {
        Job first = submit("default", 0);
        assertThat(why(first)).isEqualTo("no machine is there to run jobs");

        machine(1, List.of());
        assertThat(why(first)).isEqualTo("it is next");

        Job second = submit("default", 0);
        assertThat(why(second)).isEqualTo("1 job of queue default is older or of higher priority");
        claim(1, List.of());
        assertThat(why(second)).isEqualTo("the slot is in use");
        assertThat(mvc.get().uri("/api/v1/jobs/" + second.id()))
                .bodyJson()
                .extractingPath("$.status_reason")
                .isEqualTo("waiting for a free worker slot; the slot is in use");
    }

    @Test
    void forAGpu() {
        Job first = submit("default", 1);
        machine(4, List.of());
        assertThat(why(first)).isEqualTo("it needs 1 GPU, and the machine with most has 0");

        machine(4, List.of("0", "1"));
        claim(4, List.of("0", "1"));
        submit("default", 1);
        claim(4, List.of("0", "1"));
        assertThat(why(submit("default", 1))).isEqualTo("all 2 GPUs are in use");
    }

    @Test
    void forItsQueue() {
        machine(9, List.of("0", "1"));
        queues.put("narrow", Map.of("max_running", 1, "max_gpus", 1));
        submit("narrow", 1);
        claim(9, List.of("0", "1"));
        Job job = submit("narrow", 1);
        assertThat(why(job)).contains("queue narrow has the 1 running that it may have (max_running)");

        queues.put("narrow", Map.of("max_running", 5));
        assertThat(why(job)).contains("queue narrow has 1 of the 1 GPUs in use that it may have (max_gpus)");

        queues.put("narrow", Map.of("paused", true));
        assertThat(why(job)).isEqualTo("queue narrow is paused");
    }

    @Test
    void forTheEndOfItsBackOff() {
        machine(1, List.of());
        Job job = submit("default", 0);
        Claim claim = claim(1, List.of());
        attempts.processEnded(new AttemptId(claim.job(), 1), OptionalInt.of(1), "it fell over");
        sql.sql("UPDATE job SET next_run_at = '2100-01-01T00:00:00Z'").update();

        assertThat(why(job)).isEqualTo("not before 2100-01-01T00:00:00Z");
        assertThat(scene.get(job).statusReason()).contains("it fell over").contains("retry 1 of 3");
    }

    @Test
    void forProjectsThatUsedLess() {
        machine(1, List.of());
        Job greedy = submit("default", 0);
        Job modest = submit("default", 0);
        sql.sql("INSERT INTO queue_usage VALUES ('default', 'default', 100, clock_timestamp())")
                .update();
        sql.sql("INSERT INTO project VALUES ('modest', clock_timestamp()) ON CONFLICT DO NOTHING")
                .update();
        sql.sql("UPDATE job SET project = 'modest' WHERE id = :job")
                .param("job", modest.id())
                .update();

        assertThat(why(greedy)).isEqualTo("its project used more of the machines lately than 1 other waiting there");
        assertThat(why(modest)).isEqualTo("1 job of queue default is older or of higher priority");
    }

    private String why(Job job) {
        return waiting.reasons(List.of(job.id())).getOrDefault(job.id(), "it does not wait");
    }

    private void machine(int slots, List<String> gpus) {
        fleet.report(new Offer("machine", slots, gpus), Duration.ofMinutes(1));
    }

    private Claim claim(int slots, List<String> gpus) {
        return attempts.claimNext(new Offer("machine", slots, gpus), AttemptToken.issue())
                .orElseThrow();
    }

    private Job submit(String queue, int gpus) {
        Map<String, Object> request = scene.request("steps=1");
        request.put("queue", queue);
        request.put("resources", Map.of("gpus", gpus));
        return scene.submit(request);
    }
}
