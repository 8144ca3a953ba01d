package dev.tandem.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Job;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Lists are filtered, read page by page, and sent again only if they changed; a query is never half understood. */
@WholeApp
class ListsTest {

    private static final String API = "/api/v1";

    @Autowired
    MockMvcTester mvc;

    @Autowired
    Scene scene;

    @Autowired
    JdbcClient sql;

    private Job job(String name, String method, Map<String, String> labels) {
        Map<String, Object> request = scene.request("steps=1");
        request.putAll(Map.of("name", name, "method", method, "labels", labels));
        return scene.submit(request);
    }

    @Test
    void jobsAreFoundByAllThatIsAskedOfThem() throws Exception {
        Job one = job("one", "dpo", Map.of("team", "x", "note", "a,b"));
        Job two = job("two", "sft", Map.of("team", "x"));
        Job three = job("three", "dpo", Map.of("team", "y"));
        mvc.post().uri(API + "/jobs/" + two.id() + "/pause").exchange();
        mvc.post().uri(API + "/jobs/" + three.id() + "/cancel").exchange();

        assertThat(names("?status=paused&status=cancelled")).containsExactly("three", "two");
        assertThat(names("?status=paused,queued")).containsExactly("two", "one");
        assertThat(names("?name=one")).containsExactly("one");
        assertThat(names("?method=sft")).containsExactly("two");
        assertThat(names("?label=team:x&label=note:a,b")).containsExactly("one");
        assertThat(names("?label=team:x&status=paused&method=dpo")).isEmpty();
        assertThat(names("?created_after=" + one.createdAt())).containsExactly("three", "two");
        assertThat(names("?created_after=" + one.createdAt() + "&created_before=" + three.createdAt()))
                .containsExactly("two");
        assertThat(names("?created_before=" + Instant.EPOCH)).isEmpty();
    }

    private List<String> names(String query) throws Exception {
        return values("/jobs" + query, "name");
    }

    private List<String> values(String path, String field) throws Exception {
        return json(get(path))
                .get("data")
                .valueStream()
                .map(each -> each.get(field).asString())
                .toList();
    }

    @Test
    void modelsAndDatasetsAreFoundByAllThatIsAskedOfThem() throws Exception {
        scene.model();
        scene.registerAs("second");
        scene.dataset("steps=1");
        scene.dataset("steps=2");
        String time = values("/models?name=tiny", "created_at").getFirst();
        assertThat(values("/models?kind=base", "name")).containsExactly("second", "tiny");
        assertThat(values("/models?kind=adapter", "name")).isEmpty();
        assertThat(values("/models?name=second&kind=base", "name")).containsExactly("second");
        assertThat(values("/models?created_after=" + time, "name")).containsExactly("second");
        assertThat(values("/models?created_before=" + time, "name")).isEmpty();
        assertThat(walk("/models?kind=base&limit=1", "name")).containsExactly("second", "tiny");

        assertThat(walk("/datasets?name=script&limit=1", "version")).containsExactly("2", "1");
        assertThat(values("/datasets?name=other", "version")).isEmpty();
        time = values("/datasets?name=script", "created_at").getLast();
        assertThat(values("/datasets?created_after=" + time, "version")).containsExactly("2");
        assertThat(values("/datasets?created_before=" + time, "version")).isEmpty();
    }

    @Test
    void everyListIsReadPageByPageAlongItsLinks() throws Exception {
        String job = job("paged", "dpo", Map.of()).id();
        mvc.post().uri(API + "/jobs/" + job + "/pause").exchange();
        for (int step : List.of(10, 20, 30)) {
            sql.sql("INSERT INTO checkpoint (id, job_id, step, epoch, path, size_bytes) VALUES (?, ?, ?, 1, '/x', 1)")
                    .params("ckpt_" + step, job, step)
                    .update();
        }
        job("another", "dpo", Map.of());
        assertThat(walk("/jobs?limit=1", "name")).containsExactly("another", "paged");
        assertThat(walk("/jobs/" + job + "/events?limit=1", "seq")).containsExactly("1", "2");
        assertThat(walk("/jobs/" + job + "/checkpoints?limit=2", "step")).containsExactly("30", "20", "10");
        assertThat(walk("/models/tiny/files?limit=1", "name"))
                .isEqualTo(walk("/models/tiny/files", "name"))
                .contains("config.json", "tokenizer.json")
                .isSorted();
        assertThat(walk("/datasets?limit=1", "name")).hasSize(1);
        assertThat(walk("/jobs/" + job + "/artifacts?limit=1", "name")).isEmpty();
    }

    /** All values of a field, from all pages that the Link headers lead to. */
    private List<String> walk(String path, String field) throws Exception {
        var values = new ArrayList<String>();
        @Nullable String next = API + path;
        while (next != null) {
            MvcTestResult page = mvc.get().uri(next).exchange();
            json(page).get("data").forEach(each -> values.add(each.get(field).asString()));
            String link = page.getResponse().getHeader("Link");
            assertThat(json(page).get("has_more").asBoolean()).isEqualTo(link != null);
            next = link == null ? null : link.substring(1, link.indexOf(">; rel=\"next\""));
        }
        return values;
    }

    @Test
    void anUnchangedModelOrDatasetIsNotSentTwice() {
        job("any", "dpo", Map.of());
        for (String path : List.of("/models/tiny", "/datasets/script")) {
            String tag = String.valueOf(get(path).getResponse().getHeader("ETag"));
            assertThat(mvc.get().uri(API + path).header("If-None-Match", tag))
                    .hasStatus(304)
                    .body()
                    .isEmpty();
            assertThat(mvc.get().uri(API + path).header("If-None-Match", "\"another\""))
                    .hasStatusOk();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /jobs?lable=team:x                    | 400 | lable: unknown query parameter lable; did you mean label?
            /jobs?state=queued                    | 400 | state: unknown query parameter state; did you mean status?
            /jobs?status=runing                   | 422 | status: status must be one of queued, starting, running, pausing, paused, succeeded, failed, cancelled, was "runing"; did you mean running?
            /jobs?method=ppo                      | 422 | method: method must be dpo or sft, was "ppo"; did you mean dpo?
            /jobs?label=team                      | 422 | label: label must be key:value, was "team"
            /jobs?created_after=yesterday         | 400 | created_after: created_after must be a time such as 2026-01-31T09:30:00Z, of the years 1 to 9999, was "yesterday"
            /jobs?limit=1&limit=2                 | 400 | limit: limit may be given once, was 1 and 2
            /jobs?limit=0x10                      | 400 | limit: limit must be a whole number, was "0x10"
            /jobs?limit=9999999999                | 422 | limit: limit must be from 1 to 100, was 9999999999
            /jobs/job_1?verbose=1                 | 400 | verbose: unknown query parameter verbose; there are none here
            /models?nme=x                         | 400 | nme: unknown query parameter nme; did you mean name?
            /models?kind=bas                      | 422 | kind: kind must be one of base, fine_tuned, adapter, was "bas"; did you mean base?
            /datasets?label=a:b                   | 400 | label: unknown query parameter label; known are name, created_after, created_before, after, limit
            /datasets/d/rows?after=-1             | 422 | after: after must be at least 0, was -1
            /jobs/job_1/metrics?max_point=5       | 400 | max_point: unknown query parameter max_point; did you mean max_points?
            /jobs/job_1/metrics?split=test        | 422 | split: split must be train or eval, was "test"
            /jobs/job_1/metrics?max_points=1      | 422 | max_points: max_points must be at least 2, was 1
            /jobs/job_1/logs?tail=-1              | 422 | tail: tail must be from 0 to 100000, was -1
            """)
    void aQueryThatIsNotUnderstoodIsRefusedByName(String path, int status, String problem) throws Exception {
        MvcTestResult refused = get(path);
        assertThat(refused).hasStatus(status).hasContentType("application/problem+json");
        JsonNode first = json(refused).get("errors").get(0);
        assertThat(first.get("field").asString() + ": " + first.get("message").asString())
                .isEqualTo(problem);
    }

    @Test
    void everythingThatIsWrongWithAQueryIsNamedAtOnce() throws Exception {
        MvcTestResult refused = get("/jobs?limit=many&quueue=q&status=asleep,running&status=idle");
        assertThat(refused).hasStatus(400);
        assertThat(json(refused)
                        .get("errors")
                        .valueStream()
                        .map(each -> each.get("field").asString()))
                .containsExactly("limit", "quueue", "status", "status");
    }

    @Test
    void aPostTakesNoParametersThatItDoesNotKnow() {
        assertThat(mvc.post().uri(API + "/jobs/job_1/cancel?force=true"))
                .hasStatus(400)
                .bodyText()
                .contains("unknown query parameter force; there are none here");
        assertThat(mvc.get()
                        .uri(API + "/jobs/job_1/events")
                        .accept("text/event-stream")
                        .header("Last-Event-ID", "x"))
                .hasStatus(400)
                .bodyText()
                .contains("Last-Event-ID must be a whole number, was \\\"x\\\"");
    }

    private MvcTestResult get(String path) {
        return mvc.get().uri(API + path).exchange();
    }

    private static JsonNode json(MvcTestResult answer) throws Exception {
        return JsonMapper.shared().readTree(answer.getResponse().getContentAsString());
    }
}
