package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.spec.Metric;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The numbers of long runs. */
@WholeApp
class MetricsApiTest {

    private static final int STEPS = 100_000;

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    JdbcClient sql;

    /** Its loss falls, with a spike at step 54321; kl is measured at every other step. */
    private String longRun() {
        String id = scene.submit("steps=1").id();
        sql.sql("""
                INSERT INTO metric (job_id, split, step, epoch, "values")
                SELECT :job, 'train', g, 1,
                       jsonb_build_object('loss', CASE WHEN g = 54321 THEN 9 ELSE 1 - g / 200000.0 END)
                       || CASE WHEN g % 2 = 0 THEN jsonb_build_object('kl', g) ELSE '{}' END
                  FROM generate_series(1, :steps) g
                """).param("job", id).param("steps", STEPS).update();
        sql.sql(
                        "UPDATE job SET latest_metrics = '{\"kl\": 1, \"loss\": 1, \"eval_loss\": 1, \"train_runtime\": 5}' WHERE id = :job")
                .param("job", id)
                .update();
        return "/api/v1/jobs/" + id + "/metrics";
    }

    @Test
    void aLongRunIsThinnedOrReadWhole() throws Exception {
        String metrics = longRun();
        JsonNode thinned =
                json(get(metrics + "?max_points=200", "application/json")).get("series");
        assertThat(thinned.propertyNames()).containsExactly("kl", "loss");
        assertThat(steps(thinned.get("loss")))
                .hasSize(200)
                .startsWith(1)
                .contains(54_321)
                .endsWith(STEPS)
                .isSorted();
        assertThat(steps(thinned.get("kl")))
                .hasSizeBetween(190, 200)
                .startsWith(2)
                .endsWith(STEPS);

        JsonNode whole = json(get(metrics + "?names=kl", "application/json")).get("series");
        assertThat(whole.get("kl")).hasSize(STEPS / 2);
        assertThat(whole.get("kl").get(STEPS / 2 - 1)).hasToString("[100000,100000.0]");

        List<String> table = get(metrics + "?names=loss,kl&max_points=50", "text/csv")
                .getResponse()
                .getContentAsString()
                .lines()
                .toList();
        assertThat(table).hasSize(51).startsWith("step,loss,kl", "1,0.999995,").contains("54321,9.0,");
        assertThat(table).endsWith("100000,0.5,100000.0");
        assertThat(get(metrics, "text/csv").getResponse().getContentAsString().lines())
                .hasSize(STEPS + 1)
                .startsWith("step,kl,loss", "1,,0.999995", "2,2.0,0.99999");
    }

    @Test
    void aNameThatNoMetricHasIsRefusedAndOneThatThisRunLacksIsEmpty() throws Exception {
        String metrics = "/api/v1/jobs/" + scene.submit("steps=1").id() + "/metrics";
        assertThat(get(metrics + "?names=los,rewards/margin,kl", "application/json"))
                .hasStatus(422)
                .bodyText()
                .contains("no metric is called los; did you mean loss?", "did you mean rewards/margins?");
        assertThat(get(metrics + "?names=kl&split=eval", "application/json"))
                .hasStatusOk()
                .bodyJson()
                .isLenientlyEqualTo("{\"split\": \"eval\", \"series\": {\"kl\": []}}");
        assertThat(get(metrics, "text/csv")).hasStatusOk().bodyText().isEqualTo("step\n");
    }

    @Test
    void theGlossaryHasEveryMetric() throws Exception {
        String glossary = Files.readString(Path.of("docs/glossary.md"));
        String table = glossary.substring(glossary.indexOf("## Metrics"));
        assertThat(Pattern.compile("`([a-z_/]+)`")
                        .matcher(table.lines()
                                .filter(line -> line.startsWith("| `"))
                                .map(line -> line.split("\\|")[1])
                                .reduce("", String::concat))
                        .results()
                        .map(name -> name.group(1)))
                .containsExactlyInAnyOrderElementsOf(Metric.NAMES);
    }

    private static List<Integer> steps(JsonNode points) {
        return points.valueStream().map(point -> point.get(0).asInt()).toList();
    }

    private MvcTestResult get(String path, String type) {
        return mvc.get().uri(path).accept(type).exchange();
    }

    private static JsonNode json(MvcTestResult answer) throws Exception {
        return JsonMapper.shared().readTree(answer.getResponse().getContentAsString());
    }
}
