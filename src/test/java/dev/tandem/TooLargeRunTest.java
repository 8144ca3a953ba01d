package dev.tandem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobHistory;
import dev.tandem.jobs.JobStatus;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;

/** A run that cannot fit is told so before it is queued, and ends before its first step if it is queued nevertheless. */
@Import(Scene.class)
@ContextConfiguration(initializers = FreshHome.class)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "tandem.test-home=too-large-run",
            "tandem.demo=false",
            "tandem.worker.slots=1",
            "tandem.worker.memory=200MB",
            "tandem.worker.poll=100ms"
        })
class TooLargeRunTest {

    @Autowired
    Scene scene;

    @Autowired
    JobBoard board;

    @Autowired
    JobHistory history;

    @LocalServerPort
    int port;

    @Test
    void theEstimateAndTheWorkerRefuseItInTheSameWords() throws Exception {
        Map<String, Object> request = scene.request("A film was");
        JsonNode memory = estimate(request).get("memory");
        assertThat(memory.get("fits").asBoolean()).isFalse();
        assertThat(memory.get("available_bytes").asLong()).isEqualTo(200L << 20);
        assertThat(memory.get("required_bytes").asLong()).isGreaterThan(200L << 20);
        String reason = memory.get("reason").asString();
        assertThat(reason)
                .containsPattern("the run needs \\d+ MiB of memory and has 200 MiB, even with each row alone")
                .contains(
                        "weights 0 MiB", "train an adapter (lora)", "precompute_ref_log_probs", "tandem.worker.memory");

        Job job = scene.await(scene.submit(request), JobStatus.FAILED);

        assertThat(job.errorCode()).isEqualTo("too_large");
        assertThat(job.errorMessage()).isEqualTo(reason);
        assertThat(board.attempts(List.of(job.id())).get(job.id()))
                .as("what can never fit is not tried again")
                .hasSize(1);
        assertThat(history.metrics(job.id(), "train", 0)).isEmpty();
    }

    private JsonNode estimate(Map<String, Object> request) {
        return Objects.requireNonNull(RestClient.create()
                .post()
                .uri("http://127.0.0.1:%d/api/v1/jobs:estimate".formatted(port))
                .contentType(MediaType.APPLICATION_JSON)
                .body(request)
                .retrieve()
                .body(JsonNode.class));
    }
}
