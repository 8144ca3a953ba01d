package dev.tandem.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.Scene;
import dev.tandem.WholeApp;
import dev.tandem.jobs.Attempts.Claim;
import dev.tandem.security.AttemptToken;
import dev.tandem.security.Project;
import dev.tandem.spec.Report;
import dev.tandem.spec.Wire;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the queues cost when they are long and the history is longer. Small among the other tests, as large as
 * {@code docs/benchmarks.md} tells with {@code mvn test -Pload}.
 */
@WholeApp
class SchedulingLoadTest {

    private static final int QUEUED = Integer.getInteger("load.queued", 1_000);
    private static final int FINISHED = Integer.getInteger("load.finished", 20_000);
    private static final int METRICS = Integer.getInteger("load.metrics", 5_000);

    private static final int QUEUES = 4;
    private static final int PROJECTS = 10;
    private static final int BATCH = 500;
    private static final int WARM_UP = 10;

    /** A statement of the application may take half a minute at most. */
    private static final int INSERTED_AT_ONCE = 20_000;

    private static final int LARGE_HEAP_GROWTH = 32 << 20;

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
    Preemption preemption;

    @Autowired
    JobControl control;

    @Autowired
    Queues queues;

    @Autowired
    JobCounts counts;

    @Autowired
    JdbcClient sql;

    @Test
    void costsGrowWithWhatWaitsAndNotWithWhatIsOver() {
        for (int i = 0; i < QUEUES; i++) {
            queues.put("queue-" + i, Map.of("weight", i + 1));
        }
        sql.sql(
                        "INSERT INTO project SELECT 'project-' || n, clock_timestamp() FROM generate_series(0, 9) n ON CONFLICT DO NOTHING")
                .update();
        Job template = scene.submit("steps=1");
        for (int from = 0; from < FINISHED; from += INSERTED_AT_ONCE) {
            insertFinished(template, from + 1, Math.min(FINISHED, from + INSERTED_AT_ONCE));
        }
        insertQueued(template, QUEUED);
        sql.sql("ANALYZE").update();

        var claimed = new ArrayList<Claim>();
        control.cancel(Project.DEFAULT, template.id());
        Timing claim = time("claim", Math.min(300, QUEUED / 5), i -> claimed.add(claim()), this::keep);
        Timing nothing = time("look for a job to preempt", 20, i -> preemption.makeRoom());
        Timing first = time("first page of jobs", 50, i -> page(""));
        Timing failed = time("page of failed jobs", 50, i -> page("status=failed"));
        Timing none =
                time("page of a queue's failed jobs, which has none", 50, i -> page("status=failed&queue=queue-1"));
        Timing method = time("page of a method that no job has", 50, i -> page("method=sft"));
        Timing waiting = time("page of waiting jobs, with reasons", 50, i -> page("status=queued&limit=50"));
        Timing deep = deepPages();
        Timing list = time("GET /queues", 50, i -> send(request("/api/v1/queues")));
        Timing gauge = time("count for Prometheus", 20, i -> counts.refresh());
        fairShares(claimed);
        ingest(claimed.getFirst());

        assertThat(List.of(claim, nothing, first, failed, none, method, waiting, deep, list, gauge))
                .allSatisfy(
                        timing -> assertThat(timing.median()).as(timing.what()).isLessThan(250));
    }

    private record Timing(String what, double median, double late) {}

    private interface Step {
        void run(int i);
    }

    private static Timing time(String what, int times, Step step) {
        return time(what, times, step, () -> {});
    }

    private static Timing time(String what, int times, Step step, Runnable afterEach) {
        IntStream.range(0, WARM_UP).forEach(step::run);
        double[] millis = IntStream.range(0, times)
                .mapToDouble(i -> {
                    long start = System.nanoTime();
                    step.run(i);
                    double took = (System.nanoTime() - start) / 1e6;
                    afterEach.run();
                    return took;
                })
                .sorted()
                .toArray();
        var timing = new Timing(what, millis[times / 2], millis[Math.min(times - 1, times * 99 / 100)]);
        tell("%-40s p50 %7.2f ms   p99 %7.2f ms".formatted(what, timing.median(), timing.late()));
        return timing;
    }

    private static void tell(String line) {
        System.out.printf("[load] %d queued, %d over: %s%n", QUEUED, FINISHED, line);
    }

    /** The claims' workers are not there to renew their leases. */
    private void keep() {
        sql.sql(
                        "UPDATE lease SET expires_at = clock_timestamp() + interval '1 hour' WHERE expires_at < clock_timestamp() + interval '30 minutes'")
                .update();
    }

    private Claim claim() {
        return attempts.claimNext("machine", 1_000_000, AttemptToken.issue()).orElseThrow();
    }

    private String page(String query) {
        return send(request("/api/v1/jobs?" + query));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d%s".formatted(port, path)));
    }

    private String send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            return answer.body();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Timing deepPages() {
        var next = new ArrayList<>(List.of(""));
        return time("next page of jobs", 50, i -> {
            String page = page("limit=100" + next.getFirst());
            next.set(
                    0,
                    "&after=" + JsonMapper.shared().readTree(page).get("next").asString());
        });
    }

    /** With weights 1, 2, 3, 4 the queues have 1/10, 2/10, 3/10, 4/10 of what runs. */
    private void fairShares(List<Claim> claimed) {
        var perQueue = new HashMap<String, Integer>();
        sql.sql("SELECT j.queue FROM lease l JOIN job j ON j.id = l.job_id")
                .query((row, n) -> row.getString(1))
                .list()
                .forEach(queue -> perQueue.merge(queue, 1, Integer::sum));
        tell("%d claims went to %s".formatted(claimed.size(), perQueue));
        for (int i = 0; i < QUEUES; i++) {
            assertThat(perQueue.getOrDefault("queue-" + i, 0) * 1.0)
                    .isEqualTo(claimed.size() * (i + 1) / 10.0, within(3.0));
        }
    }

    private void ingest(Claim claim) {
        long heap = heap();
        long start = System.nanoTime();
        for (int from = 0; from < METRICS; from += BATCH) {
            List<Report.Envelope> batch = LongStream.rangeClosed(from + 1, from + BATCH)
                    .mapToObj(n -> new Report.Envelope(n, metrics((int) n)))
                    .toList();
            String answer = send(request("/internal/attempts/%s/%d/reports".formatted(claim.job(), claim.epoch()))
                    .header("Authorization", "Bearer " + claim.token().secret())
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(Wire.JSON.writeValueAsBytes(batch))));
            assertThat(answer).contains(String.valueOf(from + BATCH));
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long grown = heap() - heap;
        tell("%d rows of metrics in batches of %d: %.0f rows/s; heap grew by %.1f MB"
                .formatted(METRICS, BATCH, METRICS / seconds, grown / 1e6));
        assertThat(grown).isLessThan(LARGE_HEAP_GROWTH);
    }

    private static Report metrics(int step) {
        var values = new HashMap<String, Double>();
        for (String name :
                Arrays.asList("loss", "rewards/chosen", "rewards/rejected", "rewards/margins", "grad_norm")) {
            values.put(name, 1.0 / step);
        }
        return new Report.Metrics("train", step, values);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private void insertQueued(Job template, int rows) {
        sql.sql("""
                INSERT INTO job (id, name, status, status_reason, queue, project, priority, spec, model_id, dataset_id,
                                 max_retries, next_run_at, created_at)
                SELECT 'job_wait' || n, 'run-' || n, 'queued', 'waiting', 'queue-' || n %% %1$d,
                       CASE n %% %2$d WHEN 0 THEN 'default' ELSE 'project-' || n %% %2$d END, n %% 3,
                       t.spec, t.model_id, t.dataset_id, 3, t.created_at, t.created_at + n * interval '1 millisecond'
                  FROM job t, generate_series(1, :rows) n WHERE t.id = :template
                """.formatted(QUEUES, PROJECTS))
                .param("rows", rows)
                .param("template", template.id())
                .update();
    }

    private void insertFinished(Job template, int first, int last) {
        sql.sql("""
                INSERT INTO job (id, name, status, status_reason, queue, project, priority, spec, model_id, dataset_id,
                                 max_retries, epoch, next_run_at, created_at, started_at, finished_at, error_code, error_message)
                SELECT 'job_over' || n, 'run-' || n, CASE WHEN n %% 50 = 0 THEN 'failed' ELSE 'cancelled' END, 'over',
                       'queue-' || n %% %d, 'default', n %% 3, jsonb_build_object('model', 'tiny', 'dataset', t.dataset_id),
                       t.model_id, t.dataset_id, 3, 1, t.created_at, t.created_at - n * interval '1 second', t.created_at,
                       t.created_at, CASE WHEN n %% 50 = 0 THEN 'crashed' END, CASE WHEN n %% 50 = 0 THEN 'it fell over' END
                  FROM job t, generate_series(:first, :last) n WHERE t.id = :template
                """.formatted(QUEUES))
                .param("first", first)
                .param("last", last)
                .param("template", template.id())
                .update();
        sql.sql("""
                INSERT INTO attempt (job_id, epoch, worker, token_hash, started_at, ended_at, outcome)
                SELECT id, 1, 'machine', '', started_at, finished_at, CASE status WHEN 'failed' THEN 'crashed' ELSE 'cancelled' END
                  FROM job, generate_series(:first, :last) n WHERE id = 'job_over' || n
                """).param("first", first).param("last", last).update();
    }
}
