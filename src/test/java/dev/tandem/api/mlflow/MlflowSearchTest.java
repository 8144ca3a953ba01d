package dev.tandem.api.mlflow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobControl;
import dev.tandem.security.Project;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.json.JsonMapper;

/** MLflow's filters and orders over three jobs: {@code a}, {@code b} and {@code c}, made in that order. */
@WholeApp
class MlflowSearchTest {

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    JobControl control;

    @Autowired
    JdbcClient sql;

    @BeforeEach
    void threeJobs() {
        submit("a", 0.1, "red", 0.5);
        submit("b", 0.25, "blue", 0.9);
        Job c = submit("c", 1, "red's", 0.7);
        control.cancel(Project.DEFAULT, c.id());
        sql.sql("INSERT INTO metric VALUES (:job, 'eval', 2, 1, '{\"rewards/margins\": 3}')")
                .param("job", c.id())
                .update();
    }

    private Job submit(String name, double beta, String team, double loss) {
        Map<String, Object> request = scene.request("steps=1");
        request.put("name", name);
        request.put("training", Map.of("beta", beta));
        request.put("labels", Map.of("team", team, "1. part", "ö%"));
        Job job = scene.submit(request);
        sql.sql(
                        "INSERT INTO metric VALUES (:job, 'train', 1, 1, '{\"loss\": 100}'), (:job, 'train', 2, 1, :values::jsonb)")
                .param("job", job.id())
                .param("values", "{\"loss\": %s}".formatted(loss))
                .update();
        return job;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            ~~                                              | c b a
            metrics.loss < 0.8                              | c a
            metric.loss >= 0.5 and metrics.`loss` != 0.9    | c a
            metrics.loss = 9e-1                             | b
            metrics."eval_rewards/margins" > 2              | c
            metrics.eval_rewards/margins > 2                | c
            params.beta = '0.1'                             | a
            params.beta = '1.0'                             | c
            params.beta != "0.25"                           | c a
            params.beta IN ('0.25', '1e0')                  | c b
            parameters.beta not in ('0.25')                 | c a
            params.model ILIKE 'TI%'                        | c b a
            params.eval_dataset = 'x'                       | ~~
            tags.team = 'red'                               | a
            tags.team LIKE "red%"                           | c a
            tag.team = "red's"                              | c
            tags."1. part" = 'ö%' AND tags.team = 'blue'    | b
            tags.`mlflow.runName` = 'b'                     | b
            tags.tandem.status = 'cancelled'                | c
            tags.nothing != 'x'                             | ~~
            status = 'SCHEDULED'                            | b a
            attributes.status != 'SCHEDULED'                | c
            attr.status IN ('KILLED', 'FAILED')             | c
            status NOT IN ('KILLED')                        | b a
            status = 'UNHEARD_OF'                           | ~~
            run.run_name > 'a' | ! run_name can be compared by
            attributes.end_time > 0                         | c
            attributes.start_time <= 99999999999999         | c b a
            run_name = 'a' AND                              | ! cannot be read from
            run_name = 'a' OR run_name = 'b'                | ! cannot be read from "OR
            run_name IN 'a'                                 | ! takes a list
            run_name = ('a')                                | ! takes one value
            metrics.loss LIKE '1%'                          | ! can be compared by
            metrics.loss < 'small'                          | ! with a number
            attributes.artifact_uri = 'x'                   | ! can name the attributes
            datasets.name = 'x'                             | ! metrics, params, tags and attributes
            """)
    void aFilterFindsWhatFulfilsIt(String filter, String names) {
        if (names.startsWith("!")) {
            assertThat(search(filter, List.of()))
                    .hasStatus(400)
                    .bodyText()
                    .contains("INVALID_PARAMETER_VALUE")
                    .contains(names.substring(2).replace("\"", "\\\""));
        } else {
            assertThat(found(search(filter, List.of())))
                    .isEqualTo(names.isEmpty() ? List.of() : List.of(names.split(" ")));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            metrics.loss                        | a c b
            metrics.loss DESC                   | b c a
            metrics."eval_rewards/margins" asc  | c b a
            attributes.run_name ASC             | a b c
            params.beta                         | a b c
            tags.team                           | b a c
            status                              | c b a
            """)
    void runsComeInTheOrderAskedForAndThoseWithoutTheFieldLast(String order, String names) {
        assertThat(found(search("", List.of(order)))).containsExactly(names.split(" "));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {"experiment_ids": ["0"], "max_results": 0}          | max_results must be
            {"experiment_ids": ["0"], "max_results": "x"}        | max_results must be
            {"experiment_ids": ["0"], "page_token": "x"}         | page_token must be
            {"experiment_ids": ["0"], "run_view_type": "SOME"}   | run_view_type must be
            {"experiment_ids": "0"}                              | experiment_ids must be
            {"experiment_ids": ["7"]}                            | no experiment
            {"experiment_ids": ["0"], "order_by": ["a b c"]}     | order_by must be
            {"experiment_ids": ["0"], "where": "x"}              | unknown field where
            """)
    void aSearchThatCannotBeDoneIsRefused(String body, String message) {
        assertThat(post("runs/search", body)).bodyText().contains(message).contains("error_code");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            ~~                                  | default
            name = 'default'                    | default
            attribute.name ILIKE 'DEF%'         | default
            name != 'default'                   | ~~
            creation_time > 0                   | default
            last_update_time < 1                | ~~
            tags.x = 'y'                        | ~~
            """)
    void experimentsAreSearchedToo(String filter, String names) {
        assertThat(mvc.get().uri("/api/2.0/mlflow/experiments/search?filter={filter}&max_results=5", filter))
                .hasStatus(200)
                .bodyJson()
                .extractingPath("$.experiments[*].name")
                .asArray()
                .containsExactlyElementsOf(names.isEmpty() ? List.of() : List.of(names));
    }

    @Test
    void aHistoryComesInPages() {
        String id = scene.submit("steps=1").id();
        sql.sql(
                        "INSERT INTO metric SELECT :job, 'train', n, 1, jsonb_build_object('loss', n) FROM generate_series(1, 5) n")
                .param("job", id)
                .update();
        String first = "/api/2.0/mlflow/metrics/get-history?run_id=%s&metric_key=loss&max_results=3".formatted(id);
        assertThat(mvc.get().uri(first))
                .bodyJson()
                .hasPathSatisfying(
                        "$.next_page_token", token -> assertThat(token).isEqualTo("3"))
                .extractingPath("$.metrics[*].step")
                .asArray()
                .containsExactly(1, 2, 3);
        assertThat(mvc.get().uri(first + "&page_token=3"))
                .bodyJson()
                .doesNotHavePath("$.next_page_token")
                .extractingPath("$.metrics[*].value")
                .asArray()
                .containsExactly(4, 5);
    }

    private MvcTestResult search(String filter, List<String> order) {
        return post(
                "runs/search",
                JsonMapper.shared()
                        .writeValueAsString(
                                Map.of("experiment_ids", List.of("0"), "filter", filter, "order_by", order)));
    }

    private MvcTestResult post(String path, String body) {
        return mvc.post()
                .uri("/api/2.0/mlflow/" + path)
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }

    private static List<String> found(MvcTestResult result) {
        assertThat(result).hasStatus(200);
        return JsonMapper.shared()
                .readTree(result.getResponse().getContentAsByteArray())
                .path("runs")
                .valueStream()
                .map(run -> run.path("info").path("run_name").asString())
                .toList();
    }
}
