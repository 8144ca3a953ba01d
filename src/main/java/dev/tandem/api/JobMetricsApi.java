package dev.tandem.api;

import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobHistory;
import dev.tandem.jobs.JobHistory.Measured;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Min;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The numbers of a job, step by step. */
@Tag(name = "jobs")
@RestController
@RequestMapping("/api/v1/jobs/{id}/metrics")
class JobMetricsApi {

    private final JobBoard board;
    private final JobHistory history;

    JobMetricsApi(JobBoard board, JobHistory history) {
        this.board = board;
        this.history = history;
    }

    /** @param series by metric name: pairs of step and value; a value that is not a number is null */
    record Series(String job, String split, Map<String, List<List<@Nullable Object>>> series) {}

    @Operation(summary = "Metrics by step under TRL's names; max_points thins a long run evenly")
    @GetMapping(produces = MediaType.APPLICATION_JSON_VALUE)
    Series json(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String names,
            @RequestParam(defaultValue = "train") @Schema(allowableValues = {"train", "eval"}) String split,
            @RequestParam(name = "from_step", defaultValue = "0") @Min(0) int fromStep,
            @RequestParam(name = "max_points", required = false) @Min(2) @Nullable Integer maxPoints) {
        List<Measured> rows = rows(project, id, split, fromStep);
        var series = new LinkedHashMap<String, List<List<@Nullable Object>>>();
        for (String name : names(names, rows)) {
            List<List<@Nullable Object>> points = rows.stream()
                    .filter(row -> row.values().containsKey(name))
                    .map(row -> point(row, name))
                    .toList();
            series.put(name, thinned(points, maxPoints));
        }
        return new Series(id, split, series);
    }

    @GetMapping(produces = "text/csv;charset=UTF-8")
    String csv(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String names,
            @RequestParam(defaultValue = "train") @Schema(allowableValues = {"train", "eval"}) String split,
            @RequestParam(name = "from_step", defaultValue = "0") @Min(0) int fromStep,
            @RequestParam(name = "max_points", required = false) @Min(2) @Nullable Integer maxPoints) {
        List<Measured> rows = rows(project, id, split, fromStep);
        List<String> columns = names(names, rows);
        var table = new StringBuilder("step");
        columns.forEach(column -> table.append(',').append(column));
        for (Measured row : thinned(rows, maxPoints)) {
            table.append('\n').append(row.step());
            for (String column : columns) {
                Object value = number(row.values().get(column));
                table.append(',').append(value == null ? "" : value);
            }
        }
        return table.append('\n').toString();
    }

    private List<Measured> rows(Project project, String id, String split, int fromStep) {
        board.get(project, id);
        return history.metrics(id, split, fromStep);
    }

    private static List<String> names(@Nullable String wanted, List<Measured> rows) {
        if (wanted != null) {
            return Arrays.stream(wanted.split(","))
                    .map(String::strip)
                    .filter(name -> !name.isEmpty())
                    .distinct()
                    .toList();
        }
        return rows.stream()
                .flatMap(row -> row.values().keySet().stream())
                .collect(Collectors.toCollection(java.util.LinkedHashSet::new))
                .stream()
                .toList();
    }

    private static List<@Nullable Object> point(Measured row, String name) {
        var point = new ArrayList<@Nullable Object>(2);
        point.add(row.step());
        point.add(number(row.values().get(name)));
        return point;
    }

    /** What is not a number came as a text, since JSON has no word for it. */
    private static @Nullable Object number(@Nullable Object value) {
        return value instanceof Number ? value : null;
    }

    /** Evenly spaced, the first and the last always among them. */
    static <T> List<T> thinned(List<T> points, @Nullable Integer most) {
        if (most == null || points.size() <= most) {
            return points;
        }
        var kept = new ArrayList<T>(most);
        for (int i = 0; i < most; i++) {
            kept.add(points.get((int) Math.round(i * (points.size() - 1.0) / (most - 1))));
        }
        return kept;
    }
}
