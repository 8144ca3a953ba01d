package dev.tandem.api.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tandem.api.JsonBody;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobSearch;
import dev.tandem.jobs.MetricHistory;
import dev.tandem.jobs.MetricHistory.Latest;
import dev.tandem.security.Project;
import dev.tandem.spec.InvalidSpec;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Jobs as runs. */
@Tag(name = "mlflow")
@RestController
@RequestMapping("/api/2.0/mlflow")
class RunsApi {

    private static final Set<String> FIELDS =
            Set.of("experiment_ids", "filter", "max_results", "order_by", "page_token", "run_view_type");

    /** A client may ask for more; it then gets a page of so many and the token of the next one. */
    private static final int LONGEST_PAGE = 1000;

    private final JobBoard board;
    private final JobSearch search;
    private final MetricHistory metrics;

    RunsApi(JobBoard board, JobSearch search, MetricHistory metrics) {
        this.board = board;
        this.search = search;
        this.metrics = metrics;
    }

    record One(MlflowRun run) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Found(List<MlflowRun> runs, @Nullable String nextPageToken) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record History(List<MlflowRun.Metric> metrics, @Nullable String nextPageToken) {}

    @Operation(summary = "Searches runs by MLflow's filters and orders; newest first unless told otherwise")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content =
                    @Content(mediaType = "application/json", schema = @Schema(implementation = SearchForms.Runs.class)))
    @PostMapping("/runs/search")
    Found search(Project project, @RequestBody JsonBody body) {
        Asked asked = new Asked(body.fields()).only(FIELDS);
        List<JobSearch.Condition> conditions = Clause.parse(asked.text("filter")).stream()
                .map(RunFields::condition)
                .toList();
        List<JobSearch.Order> orders = asked.texts("order_by").stream()
                .map(Clause.Ordered::of)
                .map(RunFields::order)
                .toList();
        List<String> queues =
                asked.texts("experiment_ids").stream().map(Experiment::queue).toList();
        int most = Math.min(asked.maxResults(), LONGEST_PAGE);
        List<Job> found = asked.wantsActive("run_view_type")
                ? search.find(project, queues, conditions, orders, asked.skip(), most + 1)
                : List.of();
        List<Job> page = found.size() > most ? found.subList(0, most) : found;
        return new Found(runs(page), found.size() > most ? String.valueOf((long) asked.skip() + most) : null);
    }

    private List<MlflowRun> runs(List<Job> jobs) {
        Map<String, List<Latest>> latest =
                metrics.latest(jobs.stream().map(Job::id).toList());
        return jobs.stream()
                .map(job -> MlflowRun.of(job, latest.getOrDefault(job.id(), List.of())))
                .toList();
    }

    @Operation(summary = "One run")
    @GetMapping("/runs/get")
    One get(
            Project project,
            @RequestParam(name = "run_id", required = false) @Nullable String id,
            @RequestParam(name = "run_uuid", required = false) @Nullable String uuid) {
        return new One(runs(List.of(board.get(project, either(id, uuid)))).getFirst());
    }

    @Operation(summary = "All values of one metric; those of the held-out rows begin with eval_")
    @GetMapping("/metrics/get-history")
    History history(
            Project project,
            @RequestParam(name = "run_id", required = false) @Nullable String id,
            @RequestParam(name = "run_uuid", required = false) @Nullable String uuid,
            @RequestParam(name = "metric_key") String key,
            @RequestParam(name = "max_results", required = false) @Nullable String maxResults,
            @RequestParam(name = "page_token", required = false) @Nullable String pageToken) {
        Job job = board.get(project, either(id, uuid));
        boolean eval = key.startsWith(RunFields.EVAL);
        int most = Asked.number("max_results", maxResults, 1, Integer.MAX_VALUE - 1, Integer.MAX_VALUE - 1);
        List<MetricHistory.Point> found = metrics.series(
                job.id(),
                eval ? "eval" : "train",
                eval ? key.substring(RunFields.EVAL.length()) : key,
                Asked.pageToken(pageToken, -1),
                most + 1);
        List<MetricHistory.Point> page = found.size() > most ? found.subList(0, most) : found;
        return new History(
                page.stream()
                        .map(point -> new MlflowRun.Metric(
                                key, point.value(), point.at().toEpochMilli(), point.step()))
                        .toList(),
                found.size() > most ? String.valueOf(page.getLast().step()) : null);
    }

    /** Old clients say {@code run_uuid}. */
    static String either(@Nullable String id, @Nullable String uuid) {
        if (id == null && uuid == null) {
            throw new InvalidSpec("run_id", "missing", "run_id is missing; it is required");
        }
        return id == null ? String.valueOf(uuid) : id;
    }
}
