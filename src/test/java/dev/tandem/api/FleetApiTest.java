package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Fleet;
import dev.tandem.jobs.Fleet.Offer;
import dev.tandem.jobs.JobControl;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.json.JsonMapper;

/** Queues and machines as an operator sees them. */
@WholeApp
class FleetApiTest {

    private static final String QUEUES = "/api/v1/queues";

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    JobControl control;

    @Autowired
    Fleet fleet;

    @Test
    void aQueueIsMadeAndChangedByPut() {
        assertThat(put("nightly", "{\"weight\": 2.5, \"max_running\": 4}"))
                .hasStatus(201)
                .bodyJson()
                .isLenientlyEqualTo("""
                        {"name": "nightly", "weight": 2.5, "max_running": 4, "max_gpus": null, "paused": false,
                         "running_gpus": 0, "used_seconds": 0.0, "oldest_wait_seconds": null,
                         "jobs": {"queued": 0, "running": 0, "succeeded": 0}}
                        """);
        assertThat(put("nightly", "{\"paused\": true, \"max_running\": null}"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"weight\": 2.5, \"max_running\": null, \"paused\": true}");
        assertThat(mvc.get().uri(QUEUES))
                .bodyJson()
                .extractingPath("$.data[*].name")
                .asArray()
                .containsExactly("default", "nightly");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    nightly  | {"weight": 0}       | weight must be from 0.001
                    nightly  | {"max_runing": 1}   | did you mean max_running?
                    nightly  | {"max_gpus": -1}    | max_gpus must be at least 0
                    night%20 | {}                  | begin with a letter or digit
                    """)
    void whatAQueueCannotBeIsRefused(String name, String settings, String message) {
        assertThat(put(name, settings)).hasStatus(422).bodyText().contains(message);
    }

    @Test
    void aJobForAQueueThatIsNotThereIsToldWhichAre() {
        put("nightly", "{}");
        Map<String, Object> request = scene.request("steps=1");
        request.put("queue", "nightli");

        assertThat(mvc.post()
                        .uri("/api/v1/jobs")
                        .contentType(MediaType.APPLICATION_JSON)
                        .content(JsonMapper.shared().writeValueAsString(request)))
                .hasStatus(422)
                .bodyJson()
                .isLenientlyEqualTo("{\"errors\": [{\"field\": \"queue\", \"code\": \"not_found\"}]}")
                .extractingPath("$.detail")
                .asString()
                .contains("did you mean nightly? known are default, nightly");
    }

    @Test
    void onlyAnEmptyQueueIsDeletedAndItsOldJobsStay() {
        put("nightly", "{}");
        Map<String, Object> request = scene.request("steps=1");
        request.put("queue", "nightly");
        String job = scene.submit(request).id();
        assertThat(mvc.delete().uri(QUEUES + "/nightly"))
                .hasStatus(409)
                .bodyText()
                .contains("jobs that are not over (1 queued)");
        control.cancel(Project.DEFAULT, job);
        assertThat(mvc.get().uri(QUEUES + "/nightly"))
                .bodyJson()
                .extractingPath("$.jobs.cancelled")
                .isEqualTo(1);

        assertThat(mvc.delete().uri(QUEUES + "/nightly")).hasStatus(204);
        assertThat(mvc.delete().uri(QUEUES + "/nightly")).hasStatus(404);
        assertThat(mvc.get().uri("/api/v1/jobs/" + job))
                .bodyJson()
                .extractingPath("$.queue")
                .isEqualTo("nightly");
        assertThat(mvc.delete().uri(QUEUES + "/default")).hasStatus(409);
    }

    @Test
    void workersAreMachinesWithTheirGpusAndWhatRunsThere() {
        Map<String, Object> request = scene.request("steps=1");
        request.put("resources", Map.of("gpus", 1));
        String job = scene.submit(request).id();
        var offer = new Offer("box", 3, List.of("0", "1"));
        fleet.report(offer, Duration.ofMinutes(1));
        Claim claim = attempts.claimNext(offer, AttemptToken.issue()).orElseThrow();

        assertThat(mvc.get().uri("/api/v1/workers")).bodyJson().isLenientlyEqualTo("""
                        {"data": [{"name": "box", "present": true, "slots": 3, "free_slots": 2,
                          "gpus": [{"id": "0", "job": "%1$s"}, {"id": "1", "job": null}],
                          "jobs": [{"job": "%1$s", "queue": "default", "status": "starting", "epoch": 1, "gpus": ["0"]}]}]}
                        """.formatted(job));
        attempts.putBack(new AttemptId(claim.job(), claim.epoch()));
        fleet.leave("box");
        assertThat(mvc.get().uri("/api/v1/workers"))
                .bodyJson()
                .isLenientlyEqualTo("{\"data\": [{\"name\": \"box\", \"present\": false, \"jobs\": []}]}");
    }

    @Test
    void aJobGetsAGpuWithoutAskingWhereThereAreSome() {
        assertThat(scene.submit("steps=1").gpus()).isZero();
        fleet.report(new Offer("box", 1, List.of("0")), Duration.ofMinutes(1));
        assertThat(scene.submit("steps=1").gpus()).isEqualTo(1);
    }

    private MvcTestResult put(String name, String settings) {
        return mvc.put()
                .uri(java.net.URI.create(QUEUES + "/" + name))
                .contentType(MediaType.APPLICATION_JSON)
                .content(settings)
                .exchange();
    }
}
