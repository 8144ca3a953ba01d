package dev.tandem.api.mlflow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.RunningApp;
import dev.tandem.Scene;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobStatus;
import dev.tandem.jobs.Queues;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mlflow.api.proto.Service.Experiment;
import org.mlflow.api.proto.Service.Metric;
import org.mlflow.api.proto.Service.Param;
import org.mlflow.api.proto.Service.Run;
import org.mlflow.api.proto.Service.RunStatus;
import org.mlflow.api.proto.Service.RunTag;
import org.mlflow.api.proto.Service.ViewType;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.RunsPage;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

/** MLflow's own Java client reads jobs as runs. */
@RunningApp
class MlflowClientTest {

    private static final String QUEUE = "for-mlflow";
    private static final String EXPERIMENT = "queue-for-mlflow";

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    @Autowired
    JdbcClient sql;

    @Autowired
    Queues queues;

    MlflowClient client;

    @BeforeEach
    void connect() {
        queues.put(QUEUE, Map.of());
        client = new MlflowClient("http://127.0.0.1:" + port);
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void aJobIsARunWithItsSettingsMetricsAndFiles() throws Exception {
        Job job = scene.await(submit("first", "steps=3"), JobStatus.SUCCEEDED);
        sql.sql("INSERT INTO metric VALUES (:job, 'eval', 3, 1, '{\"loss\": \"NaN\"}', now())")
                .param("job", job.id())
                .update();

        Run run = client.getRun(job.id());

        assertThat(run.getInfo().getStatus()).isEqualTo(RunStatus.FINISHED);
        assertThat(run.getInfo().getRunName()).isEqualTo("first");
        assertThat(run.getInfo().getExperimentId()).isEqualTo(EXPERIMENT);
        assertThat(run.getInfo().getEndTime())
                .isGreaterThanOrEqualTo(run.getInfo().getStartTime());
        assertThat(run.getData().getParamsList())
                .contains(param("beta", "0.3"), param("learning_rate", "0.0000005"), param("method", "dpo"))
                .contains(param("model", "tiny"), param("loss_type", "[\"sigmoid\"]"), param("lora.r", "4"));
        assertThat(run.getData().getTagsList())
                .contains(RunTag.newBuilder().setKey("team").setValue("x").build());
        assertThat(run.getData().getMetricsList())
                .filteredOn(m -> m.getKey().equals("loss"))
                .singleElement()
                .satisfies(m -> assertThat(m.getStep()).isEqualTo(3))
                .satisfies(m -> assertThat(m.getValue()).isCloseTo(1 / 3.0, within(1e-12)));
        assertThat(run.getData().getMetricsList())
                .filteredOn(m -> m.getKey().equals("eval_loss"))
                .singleElement()
                .satisfies(m -> assertThat(m.getValue()).isNaN());
        assertThat(client.getMetricHistory(job.id(), "loss"))
                .extracting(Metric::getStep, Metric::getValue)
                .startsWith(tuple(1L, 1.0), tuple(2L, 0.5))
                .hasSize(3);
        assertThat(client.getMetricHistory(job.id(), "none")).isEmpty();
        filesOf(job);
    }

    private void filesOf(Job job) throws Exception {
        assertThat(client.sendGet("artifacts/list?run_id=" + job.id()))
                .contains("\"root_uri\":\"mlflow-artifacts:/" + job.id() + "\"")
                .contains("\"path\":\"config.json\",\"is_dir\":false,\"file_size\":");
        try (var http = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:%d/api/2.0/mlflow-artifacts/artifacts/%s/config.json"
                                    .formatted(port, job.id())))
                    .build();
            assertThat(http.send(request, BodyHandlers.ofString()).body()).contains("\"model_type\"");
        }
    }

    @Test
    void runsAreSearchedPageByPage() {
        for (int i = 0; i < 5; i++) {
            submit("paged-" + i, "steps=1");
        }
        String filter = "attributes.run_name LIKE 'paged-%' AND params.beta = '0.30' and tags.team = \"x\"";
        RunsPage page = client.searchRuns(
                List.of(EXPERIMENT), filter, ViewType.ACTIVE_ONLY, 2, List.of("attributes.run_name DESC"), null);
        assertThat(page.getItems())
                .extracting(run -> run.getInfo().getRunName())
                .containsExactly("paged-4", "paged-3");
        RunsPage last = (RunsPage) page.getNextPage().getNextPage();
        assertThat(last.getItems())
                .extracting(run -> run.getInfo().getRunName())
                .containsExactly("paged-0");
        assertThat(last.hasNextPage()).isFalse();
        assertThat(client.searchRuns(List.of(EXPERIMENT), filter, ViewType.DELETED_ONLY))
                .isEmpty();
        assertThat(client.searchRuns(List.of("queue-unheard-of"), "")).isEmpty();
    }

    @Test
    void queuesAreExperiments() {
        submit("one", "steps=1");
        assertThat(client.searchExperiments().getItems())
                .extracting(Experiment::getName)
                .contains("default", QUEUE);
        assertThat(client.searchExperiments("name LIKE 'for%'").getItems())
                .extracting(Experiment::getExperimentId)
                .containsExactly(EXPERIMENT);
        assertThat(client.getExperiment("0").getName()).isEqualTo("default");
        assertThat(client.getExperimentByName(QUEUE).orElseThrow().getExperimentId())
                .isEqualTo(EXPERIMENT);
        assertThat(client.getExperimentByName("unheard of")).isEmpty();
    }

    @Test
    void whatIsNotThereIsSaidInWordsThatTheClientKnows() {
        assertThatExceptionOfType(MlflowHttpException.class)
                .isThrownBy(() -> client.getRun("job_none"))
                .matches(e -> e.getStatusCode() == 404)
                .withMessageContaining("RESOURCE_DOES_NOT_EXIST");
        assertThatExceptionOfType(MlflowHttpException.class)
                .isThrownBy(() -> client.createRun("0"))
                .withMessageContaining("ENDPOINT_NOT_FOUND")
                .withMessageContaining("POST /api/v1/jobs");
        assertThatExceptionOfType(MlflowHttpException.class)
                .isThrownBy(() -> client.searchRuns(List.of("0"), "loss is small"))
                .matches(e -> e.getStatusCode() == 400)
                .withMessageContaining("INVALID_PARAMETER_VALUE");
    }

    private Job submit(String name, String script) {
        Map<String, Object> request = scene.request(script);
        request.put("name", name);
        request.put("queue", QUEUE);
        request.put("training", Map.of("beta", 0.3, "learning_rate", 5e-7));
        request.put("lora", Map.of("r", 4, "target_modules", List.of("q_proj")));
        request.put("labels", Map.of("team", "x"));
        return scene.submit(request);
    }

    private static Param param(String key, String value) {
        return Param.newBuilder().setKey(key).setValue(value).build();
    }
}
