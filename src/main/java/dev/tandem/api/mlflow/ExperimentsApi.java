package dev.tandem.api.mlflow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tandem.api.JsonBody;
import dev.tandem.jobs.JobSearch;
import dev.tandem.security.Project;
import dev.tandem.spec.NotFound;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Queues as experiments. */
@Tag(name = "mlflow", description = "Jobs for MLflow's clients: queues are experiments, jobs are runs; reading only")
@RestController
@RequestMapping("/api/2.0/mlflow/experiments")
class ExperimentsApi {

    private static final Set<String> FIELDS = Set.of("filter", "max_results", "order_by", "page_token", "view_type");

    private final JobSearch search;

    ExperimentsApi(JobSearch search) {
        this.search = search;
    }

    record One(Experiment experiment) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Found(List<Experiment> experiments, @Nullable String nextPageToken) {}

    @Operation(summary = "Searches experiments")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = SearchForms.Experiments.class)))
    @PostMapping("/search")
    Found search(Project project, @RequestBody JsonBody body) {
        return search(project, new Asked(body.fields()));
    }

    @Operation(summary = "Searches experiments")
    @GetMapping("/search")
    Found find(
            Project project,
            @RequestParam(required = false) @Nullable String filter,
            @RequestParam(name = "max_results", required = false) @Nullable String maxResults,
            @RequestParam(name = "page_token", required = false) @Nullable String pageToken,
            @RequestParam(name = "view_type", required = false) @Nullable String viewType,
            @RequestParam(name = "order_by", required = false) @Nullable List<String> orderBy) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        fields.put("filter", filter);
        fields.put("max_results", maxResults);
        fields.put("page_token", pageToken);
        fields.put("view_type", viewType);
        fields.put("order_by", orderBy);
        return search(project, new Asked(fields));
    }

    private Found search(Project project, Asked asked) {
        asked.only(FIELDS);
        Predicate<Experiment> wanted = ExperimentFields.filter(asked.text("filter"));
        List<Experiment> all = Experiment.all(search.queues(project)).stream()
                .filter(experiment -> asked.wantsActive("view_type"))
                .filter(wanted)
                .sorted(ExperimentFields.order(asked.texts("order_by")))
                .toList();
        int from = Math.min(asked.skip(), all.size());
        int to = (int) Math.min((long) from + asked.maxResults(), all.size());
        return new Found(all.subList(from, to), to < all.size() ? String.valueOf(to) : null);
    }

    @Operation(summary = "One experiment")
    @GetMapping("/get")
    One get(Project project, @RequestParam("experiment_id") String id) {
        return named(project, Experiment.queue(id), id);
    }

    @Operation(summary = "One experiment by its name, which is the queue's")
    @GetMapping("/get-by-name")
    One getByName(Project project, @RequestParam("experiment_name") String name) {
        return named(project, name, name);
    }

    private One named(Project project, String queue, String asked) {
        return Experiment.all(search.queues(project)).stream()
                .filter(experiment -> experiment.name().equals(queue))
                .findFirst()
                .map(One::new)
                .orElseThrow(() -> new NotFound("experiment", asked));
    }
}
