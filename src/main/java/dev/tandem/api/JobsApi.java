package dev.tandem.api;

import dev.tandem.jobs.Dedupe;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobControl;
import dev.tandem.jobs.JobDeletion;
import dev.tandem.jobs.JobStatus;
import dev.tandem.jobs.Submissions;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.security.Project;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.TrlFields;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.media.ArraySchema;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Jobs over HTTP: submit, look, cancel, pause, resume. */
@Tag(name = "jobs", description = "Training runs, from the request to the trained model")
@RestController
@RequestMapping("/api/v1/jobs")
class JobsApi {

    private final Submissions submissions;
    private final JobControl control;
    private final JobDeletion deletion;
    private final JobBoard board;
    private final JobViews views;

    JobsApi(Submissions submissions, JobControl control, JobDeletion deletion, JobBoard board, JobViews views) {
        this.submissions = submissions;
        this.control = control;
        this.deletion = deletion;
        this.board = board;
        this.views = views;
    }

    @Operation(
            summary = "Queues a job",
            description = "With an Idempotency-Key, the same request sent again answers the first job.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = SubmitJob.class)))
    @ApiResponse(responseCode = "201")
    @PostMapping
    ResponseEntity<JobView> submit(
            Project project,
            @RequestBody JsonBody body,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key) {
        Dedupe dedupe = key == null ? null : Dedupe.of(key, body.fields());
        Submissions.Submitted submitted =
                submissions.submit(project, SubmitJob.read(body.fields()), dedupe, withoutEffect(body));
        Job job = submitted.job();
        var answer = ResponseEntity.created(URI.create("/api/v1/jobs/" + job.id()));
        if (submitted.replayed()) {
            answer.header("Idempotent-Replayed", "true");
        }
        return answer.body(views.of(job));
    }

    private static List<String> withoutEffect(JsonBody body) {
        return body.fields().get("training") instanceof Map<?, ?> training
                ? TrlFields.withoutEffect(training)
                : List.of();
    }

    @Operation(
            summary = "Lists jobs, newest first; all filters must hold",
            description = "label=key:value may be given more than once, and so may status.")
    @Parameter(
            name = "label",
            in = ParameterIn.QUERY,
            description = "key:value",
            array = @ArraySchema(schema = @Schema(type = "string")))
    @GetMapping
    Page<JobView> list(
            Project project,
            @RequestParam(required = false)
                    @Schema(
                            allowableValues = {
                                "queued",
                                "starting",
                                "running",
                                "pausing",
                                "paused",
                                "succeeded",
                                "failed",
                                "cancelled"
                            })
                    @Nullable
                    List<String> status,
            @RequestParam(required = false) @Nullable String queue,
            @RequestParam(required = false) @Nullable String name,
            @RequestParam(required = false) @Schema(allowableValues = {"dpo", "sft"}) @Nullable String method,
            @RequestParam(name = "created_after", required = false) @Nullable Instant createdAfter,
            @RequestParam(name = "created_before", required = false) @Nullable Instant createdBefore,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") @Min(1) @Max(Cursor.MOST) int limit,
            @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> query) {
        var filter = new JobBoard.Filter(
                status == null ? List.of() : status.stream().map(JobStatus::of).toList(),
                queue,
                name,
                method,
                createdAfter,
                createdBefore,
                labels(query.getOrDefault("label", List.of())),
                false);
        List<Job> found = board.list(project, filter, Cursor.read(after), limit + 1);
        Page<Job> page = Page.of(found, limit, job -> Cursor.write(job.createdAt(), job.id()), Function.identity());
        return page.with(views.of(page.data()));
    }

    @Operation(summary = "One job; answers 304 to If-None-Match while nothing changed")
    @GetMapping("/{id}")
    ResponseEntity<JobView> get(Project project, @PathVariable String id) {
        return ContentTag.tagged(views.of(board.get(project, id)));
    }

    @Operation(summary = "Ends a job; a worker under way is asked to stop")
    @PostMapping("/{id}/cancel")
    JobView cancel(Project project, @PathVariable String id) {
        return views.of(control.cancel(project, id));
    }

    @Operation(summary = "Stops a job after a checkpoint, to go on later")
    @PostMapping("/{id}/pause")
    JobView pause(Project project, @PathVariable String id) {
        return views.of(control.pause(project, id));
    }

    @Operation(summary = "Queues a paused job again")
    @PostMapping("/{id}/resume")
    JobView resume(Project project, @PathVariable String id) {
        return views.of(control.resume(project, id));
    }

    @Operation(summary = "Deletes a job that is over, with its history; the model it made stays")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Project project, @PathVariable String id) {
        deletion.delete(project, id);
    }

    private static Map<String, String> labels(List<String> written) {
        var labels = new LinkedHashMap<String, String>();
        for (String label : written) {
            int colon = label.indexOf(':');
            if (colon < 1) {
                throw new InvalidSpec("label", "invalid_value", "label must be key:value, was \"%s\"".formatted(label));
            }
            labels.put(label.substring(0, colon), label.substring(colon + 1));
        }
        return labels;
    }
}
