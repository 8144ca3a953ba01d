package dev.tandem.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Attempts;
import dev.tandem.jobs.Attempts.AttemptId;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.WorkerReports;
import dev.tandem.security.AttemptToken;
import dev.tandem.spec.Report;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What requests cost when there is much to answer from: small here, as large as {@code docs/benchmarks.md} tells by properties. */
@WholeApp
class ApiLoadTest {

    private static final int JOBS = Integer.getInteger("tandem.load.jobs", 2_000);
    private static final int STEPS = Integer.getInteger("tandem.load.steps", 3_000);
    private static final int STREAMS = Integer.getInteger("tandem.load.streams", 50);
    /** Jobs that one statement writes; a longer one would meet the time limit of a query. */
    private static final int AT_ONCE = 5_000;

    private static final int TIMES = JOBS > 10_000 ? 300 : 30;

    @AutoClose
    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @LocalServerPort
    int port;

    @Autowired
    Scene scene;

    @Autowired
    Attempts attempts;

    @Autowired
    WorkerReports reports;

    @Autowired
    JdbcClient sql;

    @Test
    void requestsStayQuickWhereThereAreManyJobs() throws Exception {
        fill(scene.submit("steps=1"));
        String request = JsonMapper.shared().writeValueAsString(scene.request("steps=1"));

        List<Double> medians = List.of(
                time(
                        "create a job",
                        () -> assertThat(post("/api/v1/jobs", request).statusCode())
                                .isEqualTo(201)),
                time("first page of jobs", () -> page("?limit=20")),
                time("page of failed jobs", () -> page("?status=failed&limit=20")),
                time("page of jobs with a label", () -> page("?label=team:7&limit=20")),
                time("page of OpenAI's list", () -> read("/v1/fine_tuning/jobs?limit=20")),
                time(
                        "page of MLflow's search",
                        () -> assertThat(post(
                                                "/api/2.0/mlflow/runs/search",
                                                "{\"experiment_ids\": [\"0\"], \"max_results\": 20}")
                                        .statusCode())
                                .isLessThan(500)),
                deepPages(),
                time("queues", () -> read("/api/v1/queues")));
        assertThat(medians).allSatisfy(median -> assertThat(median).isLessThan(2000));
        concurrently(request);
    }

    @Test
    void aLongHistoryIsReadAtOnce() throws Exception {
        Job job = scene.submit("steps=1");
        sql.sql("""
                INSERT INTO metric (job_id, split, step, epoch, "values")
                SELECT :job, 'train', n, 1, jsonb_build_object(
                       'loss', 1.0 / n, 'rewards/margins', n * 0.001, 'rewards/accuracies', 0.75, 'rewards/chosen', 0.1,
                       'rewards/rejected', -0.2, 'logps/chosen', -20.5, 'grad_norm', 1.25, 'learning_rate', 5e-7)
                  FROM generate_series(1, :steps) n
                """).param("job", job.id()).param("steps", STEPS).update();
        sql.sql("ANALYZE metric").update();
        String metrics = "/api/v1/jobs/" + job.id() + "/metrics";
        time("one series in 1000 points", () -> read(metrics + "?names=loss&max_points=1000"));
        time(
                "three series in 500 points",
                () -> read(metrics + "?names=loss,grad_norm,rewards/margins&max_points=500"));
        time("what is new since 100 steps", () -> read(metrics + "?from_step=" + (STEPS - 100)));
        String whole = read(metrics + "?names=loss");
        assertThat(JsonMapper.shared().readTree(whole).get("series").get("loss"))
                .hasSize(STEPS);
        time("one series, every point", 5, () -> read(metrics + "?names=loss"));
        tell("one series, every point: %d bytes".formatted(whole.length()));
    }

    @Test
    void manyReadersFollowTheEventsOfARunningJob() throws Exception {
        Job job = scene.submit("steps=1");
        Claim claim = attempts.claimNext("machine", 1, AttemptToken.issue()).orElseThrow();
        var id = new AttemptId(claim.job(), claim.epoch());
        int threads = ManagementFactory.getThreadMXBean().getThreadCount();
        String head = "GET /api/v1/jobs/%s/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n\r\n"
                .formatted(job.id());
        var readers = new ArrayList<Socket>();
        for (int i = 0; i < STREAMS; i++) {
            var socket = new Socket("127.0.0.1", port);
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(head.getBytes(UTF_8));
            readers.add(socket);
        }
        for (Socket reader : readers) {
            awaitLine(reader, "is starting on");
        }
        int more = ManagementFactory.getThreadMXBean().getThreadCount() - threads;
        long start = System.nanoTime();
        reports.accept(id, claim.token(), List.of(event(1, "heard by all")));
        for (Socket reader : readers) {
            awaitLine(reader, "heard by all");
            reader.close();
        }
        tell("%d readers of events, %d more threads: all heard of one after %.0f ms"
                .formatted(STREAMS, more, (System.nanoTime() - start) / 1e6));
        assertThat(more).isLessThan(60);
    }

    @Test
    void eventsOfManyWorkersAreTakenInBatches() throws Exception {
        int batches = TIMES / 10;
        var workers = new ArrayList<Callable<Integer>>();
        for (int i = 0; i < 4; i++) {
            scene.submit("steps=1");
            Claim claim =
                    attempts.claimNext("machine", 10, AttemptToken.issue()).orElseThrow();
            workers.add(() -> {
                for (int batch = 0; batch < batches; batch++) {
                    int first = batch * 500 + 1;
                    reports.accept(
                            new AttemptId(claim.job(), claim.epoch()),
                            claim.token(),
                            IntStream.range(first, first + 500)
                                    .mapToObj(seq -> event(seq, "step " + seq))
                                    .toList());
                }
                return batches * 500;
            });
        }
        long start = System.nanoTime();
        int written = 0;
        try (var threads = Executors.newFixedThreadPool(4)) {
            for (var each : threads.invokeAll(workers)) {
                written += each.get();
            }
        }
        tell("%.0f events taken a second, of 4 workers, 500 at a time"
                .formatted(written / ((System.nanoTime() - start) / 1e9)));
        assertThat(sql.sql("SELECT count(*) FROM event WHERE message LIKE 'step %'")
                        .query(Integer.class)
                        .single())
                .isEqualTo(written);
    }

    private static Report.Envelope event(long seq, String words) {
        return new Report.Envelope(seq, new Report.Event("info", words, Map.of("step", seq)));
    }

    private static void awaitLine(Socket socket, String words) throws Exception {
        var lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8), 1);
        String line = lines.readLine();
        while (line != null && !line.contains(words)) {
            line = lines.readLine();
        }
        assertThat(line).contains(words);
    }

    /** Copies of a real row, so that no column is forgotten; half of them over, a third failed, each with its history. */
    private void fill(Job template) {
        for (int from = 1; from <= JOBS; from += AT_ONCE) {
            int to = Math.min(JOBS, from + AT_ONCE - 1);
            sql.sql("""
                    INSERT INTO job
                    SELECT (jsonb_populate_record(j, jsonb_build_object(
                           'id', 'job_' || lpad(n::text, 24, '0'), 'name', 'run-' || n, 'labels', jsonb_build_object('team', (n % 50)::text),
                           'status', CASE n % 3 WHEN 0 THEN 'failed' ELSE 'cancelled' END, 'created_at', j.created_at - n * interval '1 minute',
                           'error_code', CASE n % 3 WHEN 0 THEN 'crashed' END, 'error_message', CASE n % 3 WHEN 0 THEN 'it broke' END,
                           'finished_at', j.created_at, 'started_at', j.created_at))).*
                      FROM job j, generate_series(?, ?) n WHERE j.id = ?
                    """).params(from, to, template.id()).update();
            sql.sql("""
                    INSERT INTO event (job_id, seq, level, type, message)
                    SELECT 'job_' || lpad(n::text, 24, '0'), seq, 'info', 'message', 'event ' || seq
                      FROM generate_series(?, ?) n, generate_series(1, 5) seq
                    """).params(from, to).update();
        }
        sql.sql("ANALYZE job, event").update();
    }

    private double deepPages() throws Exception {
        var next = new String[] {""};
        return time("next page of 100 jobs", () -> {
            JsonNode page = JsonMapper.shared().readTree(read("/api/v1/jobs?limit=100" + next[0]));
            next[0] = page.get("has_more").asBoolean()
                    ? "&after=" + page.get("next").asString()
                    : "";
        });
    }

    private void concurrently(String request) throws Exception {
        Callable<Integer> client = () -> {
            for (int i = 0; i < TIMES / 2; i++) {
                post("/api/v1/jobs", request);
            }
            return TIMES / 2;
        };
        long start = System.nanoTime();
        int made = 0;
        try (var clients = Executors.newFixedThreadPool(8)) {
            for (var each : clients.invokeAll(Collections.nCopies(8, client))) {
                made += each.get();
            }
        }
        tell("%.0f jobs made a second by 8 clients at once".formatted(made / ((System.nanoTime() - start) / 1e9)));
    }

    private interface Step {
        void run() throws Exception;
    }

    private static double time(String what, Step step) throws Exception {
        return time(what, TIMES, step);
    }

    /** @return the median, in milliseconds */
    private static double time(String what, int times, Step step) throws Exception {
        for (int i = 0; i < times / 10 + 1; i++) {
            step.run();
        }
        double[] millis = new double[times];
        for (int i = 0; i < times; i++) {
            long start = System.nanoTime();
            step.run();
            millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Arrays.sort(millis);
        tell("%-32s p50 %8.2f ms   p99 %8.2f ms".formatted(what, millis[times / 2], millis[times * 99 / 100]));
        return millis[times / 2];
    }

    private static void tell(String line) {
        System.out.printf("[load] %d jobs, %d steps: %s%n", JOBS, STEPS, line);
    }

    private void page(String query) throws Exception {
        assertThat(JsonMapper.shared().readTree(read("/api/v1/jobs" + query)).get("data"))
                .hasSize(20);
    }

    private String read(String path) throws Exception {
        HttpResponse<String> answer =
                http.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<String> post(String path, String json) throws Exception {
        return http.send(
                HttpRequest.newBuilder(uri(path))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
