package dev.tandem.api.openai;

import dev.tandem.api.JsonBody;
import dev.tandem.jobs.Dedupe;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobControl;
import dev.tandem.models.ModelRegistry;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.enums.ParameterIn;
import io.swagger.v3.oas.annotations.enums.ParameterStyle;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.http.HttpHeaders;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Jobs as fine-tuning jobs. */
@Tag(name = "openai fine-tuning", description = "Jobs, as OpenAI's SDKs know them")
@RestController
@RequestMapping("/v1/fine_tuning/jobs")
class FineTuningJobsApi {

    private static final int MOST = 100;

    private final FineTuning fineTuning;
    private final JobBoard board;
    private final JobControl control;
    private final ModelRegistry models;
    private final Retries retries;
    private final OpenAiProperties properties;
    private final InstantSource clock;

    FineTuningJobsApi(
            FineTuning fineTuning,
            JobBoard board,
            JobControl control,
            ModelRegistry models,
            Retries retries,
            OpenAiProperties properties,
            InstantSource clock) {
        this.fineTuning = fineTuning;
        this.board = board;
        this.control = control;
        this.models = models;
        this.retries = retries;
        this.properties = properties;
        this.clock = clock;
    }

    @Operation(
            summary = "Queues a fine-tuning job, supervised or dpo",
            description = "A request that an SDK sends again because its answer was lost answers the first job, as does"
                    + " one with the same Idempotency-Key.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = CreateJob.class)))
    @PostMapping
    FineTuningJob create(
            Project project,
            @RequestBody JsonBody body,
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, defaultValue = "") String authorization,
            @RequestHeader(name = "Idempotency-Key", required = false) @Nullable String key,
            @RequestHeader(name = Retries.HEADER, required = false) @Nullable String retryCount) {
        Map<String, Object> whoAndWhat = Map.of("authorization", authorization, "body", body.fields());
        Dedupe dedupe =
                key == null ? Dedupe.withoutKey(whoAndWhat, retries.window(retryCount)) : Dedupe.of(key, body.fields());
        return view(fineTuning.create(project, body.as(CreateJob.EMPTY), dedupe));
    }

    @Operation(summary = "Lists jobs, newest first; metadata[key]=value may be given more than once")
    @Parameter(
            name = "metadata",
            in = ParameterIn.QUERY,
            description = "as in metadata[team]=x; metadata=null for jobs without any",
            style = ParameterStyle.DEEPOBJECT,
            schema = @Schema(type = "object"))
    @GetMapping
    Listing<FineTuningJob> list(
            Project project,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") int limit,
            @Parameter(hidden = true) @RequestParam MultiValueMap<String, String> query) {
        int most = Query.limit(limit, MOST);
        JobBoard.Filter filter = "null".equals(query.getFirst("metadata"))
                ? JobBoard.Filter.UNLABELLED
                : JobBoard.Filter.labelled(metadata(query));
        List<FineTuningJob> found = views(board.list(project, filter, position(project, after), most + 1));
        return Listing.of(found, most, FineTuningJob::id);
    }

    private static Map<String, String> metadata(MultiValueMap<String, String> query) {
        var wanted = new LinkedHashMap<String, String>();
        query.forEach((name, values) -> {
            if (name.startsWith("metadata[") && name.endsWith("]")) {
                wanted.put(name.substring("metadata[".length(), name.length() - 1), values.getFirst());
            }
        });
        return wanted;
    }

    private ScrollPosition position(Project project, @Nullable String after) {
        if (after == null) {
            return ScrollPosition.keyset();
        }
        Job job = Naming.JOB
                .read(after)
                .flatMap(id -> board.find(project, id))
                .orElseThrow(Query.badAfter(after, "a job"));
        return ScrollPosition.forward(Map.of("createdAt", job.createdAt(), "id", job.id()));
    }

    @Operation(summary = "One job")
    @GetMapping("/{id}")
    FineTuningJob get(Project project, @PathVariable String id) {
        return view(board.find(project, Naming.JOB.get(id)).orElseThrow(() -> Naming.JOB.missing(id)));
    }

    @Operation(summary = "Ends a job; a worker under way is asked to stop, and the job is running until it did")
    @PostMapping("/{id}/cancel")
    FineTuningJob cancel(Project project, @PathVariable String id) {
        return view(control.cancel(project, Naming.JOB.get(id)));
    }

    @Operation(summary = "Stops a job after a checkpoint, to go on later")
    @PostMapping("/{id}/pause")
    FineTuningJob pause(Project project, @PathVariable String id) {
        return view(control.pause(project, Naming.JOB.get(id)));
    }

    @Operation(summary = "Queues a paused job again")
    @PostMapping("/{id}/resume")
    FineTuningJob resume(Project project, @PathVariable String id) {
        return view(control.resume(project, Naming.JOB.get(id)));
    }

    private FineTuningJob view(Job job) {
        return views(List.of(job)).getFirst();
    }

    private List<FineTuningJob> views(List<Job> jobs) {
        Map<String, String> outputs = models.names(
                jobs.stream().map(Job::outputModel).filter(Objects::nonNull).toList());
        return jobs.stream()
                .map(job -> FineTuningJob.of(
                        job,
                        job.outputModel() == null ? null : outputs.getOrDefault(job.outputModel(), job.outputModel()),
                        properties.organization(),
                        clock.instant()))
                .toList();
    }
}
