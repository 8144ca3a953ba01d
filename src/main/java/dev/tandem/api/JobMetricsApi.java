package dev.tandem.api;

import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.MetricRows;
import dev.tandem.jobs.MetricRows.Steps;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The numbers of a job, step by step. They are written while they are read: a long run may have millions of them. */
@Tag(name = "jobs")
@RestController
@RequestMapping("/api/v1/jobs/{id}/metrics")
class JobMetricsApi {

    private static final String CSV = "text/csv;charset=UTF-8";

    private final JobBoard board;
    private final MetricRows metrics;

    JobMetricsApi(JobBoard board, MetricRows metrics) {
        this.board = board;
        this.metrics = metrics;
    }

    /** @param series by metric name: pairs of step and value; a value that is not a number is null */
    record Series(String job, String split, Map<String, List<List<@Nullable Object>>> series) {}

    @Operation(
            summary = "Metrics by step under TRL's names; max_points thins a long run and keeps the shape of its lines",
            description =
                    "Thinned by largest triangle, three buckets: first and last point, peaks and what is no number"
                            + " stay. As CSV, the first of the columns decides which steps stay.")
    @ApiResponse(
            responseCode = "200",
            content =
                    @Content(
                            mediaType = MediaType.APPLICATION_JSON_VALUE,
                            schema = @Schema(implementation = Series.class)))
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    void json(
            Project project,
            @PathVariable String id,
            @Parameter(description = "separated by commas; all if left out") @RequestParam(required = false) @Nullable
                    String names,
            @RequestParam(defaultValue = "train") @Schema(allowableValues = {"train", "eval"}) String split,
            @RequestParam(name = "from_step", defaultValue = "0") @Min(0) int fromStep,
            @RequestParam(name = "max_points", required = false) @Min(2) @Nullable Integer maxPoints,
            HttpServletResponse response)
            throws IOException {
        Map<String, @Nullable Object> latest = board.get(project, id).latestMetrics();
        Steps steps = metrics.steps(id, split, fromStep);
        List<String> wanted = MetricNames.wanted(names, latest, steps, metrics);
        response.setContentType(MediaType.APPLICATION_JSON_VALUE);
        new MetricLines(steps, response.getOutputStream()).write(metrics, wanted, maxPoints);
    }

    @ApiResponse(responseCode = "200", content = @Content(mediaType = CSV, schema = @Schema(type = "string")))
    @GetMapping(produces = CSV)
    void csv(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String names,
            @RequestParam(defaultValue = "train") @Schema(allowableValues = {"train", "eval"}) String split,
            @RequestParam(name = "from_step", defaultValue = "0") @Min(0) int fromStep,
            @RequestParam(name = "max_points", required = false) @Min(2) @Nullable Integer maxPoints,
            HttpServletResponse response)
            throws IOException {
        Map<String, @Nullable Object> latest = board.get(project, id).latestMetrics();
        Steps steps = metrics.steps(id, split, fromStep);
        List<String> wanted = MetricNames.wanted(names, latest, steps, metrics);
        response.setContentType(CSV);
        new MetricTable(wanted, response.getOutputStream()).write(metrics, steps, maxPoints);
    }
}
