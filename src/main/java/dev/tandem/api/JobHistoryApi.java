package dev.tandem.api;

import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobHistory;
import dev.tandem.launcher.LogMark;
import dev.tandem.launcher.LogPart;
import dev.tandem.launcher.WorkerLauncher;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
import dev.tandem.spec.NotFound;
import dev.tandem.storage.StoredFile;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.ResponseBodyEmitter;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/** What a job leaves on its way and at its end. */
@Tag(name = "jobs")
@RestController
@RequestMapping("/api/v1/jobs/{id}")
class JobHistoryApi {

    private static final int MOST_EVENTS = 1000;
    private static final int MOST_LINES = 100_000;
    private static final String TEXT = MediaType.TEXT_PLAIN_VALUE + ";charset=UTF-8";

    private final JobBoard board;
    private final JobHistory history;
    private final LiveStreams streams;
    private final WorkerLauncher launcher;
    private final ModelRegistry models;

    JobHistoryApi(
            JobBoard board, JobHistory history, LiveStreams streams, WorkerLauncher launcher, ModelRegistry models) {
        this.board = board;
        this.history = history;
        this.streams = streams;
        this.launcher = launcher;
        this.models = models;
    }

    @Operation(summary = "Events, first to last; after is the number of the last one seen")
    @GetMapping(path = "/events", produces = MediaType.APPLICATION_JSON_VALUE)
    Page<JobHistory.Event> events(
            Project project,
            @PathVariable String id,
            @RequestParam(defaultValue = "0") @Min(0) long after,
            @RequestParam(defaultValue = "100") @Min(1) @Max(MOST_EVENTS) int limit) {
        board.get(project, id);
        List<JobHistory.Event> found = history.events(id, after, limit + 1);
        return Page.of(found, limit, event -> String.valueOf(event.seq()), Function.identity());
    }

    @Operation(
            summary = "Events as they come, until the job is over; Last-Event-ID goes on where a stream broke",
            description = "204 if the job is over and the reader has seen all of it: a browser then stays away.")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM_VALUE))
    @ApiResponse(responseCode = "204", content = @Content)
    @GetMapping(path = "/events", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    ResponseEntity<SseEmitter> stream(
            Project project,
            @PathVariable String id,
            @RequestHeader(name = "Last-Event-ID", required = false) @Nullable Long lastSeen,
            HttpMethod method) {
        boolean over = board.get(project, id).status().isFinal();
        if (lastSeen != null && over && history.events(id, lastSeen, 1).isEmpty()) {
            return ResponseEntity.noContent().build();
        }
        if (method.equals(HttpMethod.HEAD)) {
            return unbuffered().contentType(MediaType.TEXT_EVENT_STREAM).build();
        }
        var emitter = new SseEmitter(0L); // no time limit: it ends with the job, the client or the server
        streams.open(new EventStream(id, lastSeen == null ? 0 : lastSeen), emitter);
        return unbuffered().body(emitter);
    }

    @Operation(
            summary = "What the workers printed, first attempt first; tail gives the last lines only",
            description = "With follow=true it goes on, across attempts, until the job is over.")
    @ApiResponse(responseCode = "200", content = @Content(mediaType = TEXT, schema = @Schema(type = "string")))
    @GetMapping(path = "/logs", produces = TEXT)
    void logs(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Min(0) @Max(MOST_LINES) @Nullable Integer tail,
            @RequestParam(defaultValue = "false") boolean follow,
            HttpServletResponse response)
            throws IOException {
        LogPart part = new LogPart("", start(project, id, tail));
        response.setContentType(TEXT);
        do {
            part = launcher.log(id, part.end(), true);
            response.getOutputStream().write(part.text().getBytes(StandardCharsets.UTF_8));
        } while (!part.text().isEmpty());
    }

    @ApiResponse(responseCode = "200", content = @Content(mediaType = TEXT, schema = @Schema(type = "string")))
    @GetMapping(path = "/logs", params = "follow=true", produces = TEXT)
    ResponseEntity<ResponseBodyEmitter> followLogs(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Min(0) @Max(MOST_LINES) @Nullable Integer tail,
            @RequestParam boolean follow,
            HttpMethod method) {
        ResponseEntity.BodyBuilder answer = unbuffered().contentType(MediaType.parseMediaType(TEXT));
        LogMark start = start(project, id, tail);
        if (method.equals(HttpMethod.HEAD)) {
            return answer.build();
        }
        var emitter = new ResponseBodyEmitter(0L);
        streams.open(new LogStream(id, start, launcher), emitter);
        return answer.body(emitter);
    }

    private LogMark start(Project project, String id, @Nullable Integer tail) {
        board.get(project, id);
        return tail == null ? LogMark.BEGINNING : launcher.logStart(id, tail);
    }

    /**
     * Proxies that collect an answer before they pass it on are asked not to. HEAD gets no more than this: a stream that
     * writes nothing would never notice that its reader is gone.
     */
    private static ResponseEntity.BodyBuilder unbuffered() {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).header("X-Accel-Buffering", "no");
    }

    @Operation(
            summary =
                    "Checkpoints from which the job could go on, newest first; after is the step of the last one seen")
    @GetMapping("/checkpoints")
    Page<JobHistory.Checkpoint> checkpoints(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable Integer after,
            @RequestParam(defaultValue = "100") @Min(1) @Max(MOST_EVENTS) int limit) {
        board.get(project, id);
        List<JobHistory.Checkpoint> rest = history.checkpoints(id).stream()
                .filter(each -> after == null || each.step() < after)
                .limit(limit + 1L)
                .toList();
        return Page.of(rest, limit, each -> String.valueOf(each.step()), Function.identity());
    }

    @Operation(summary = "The files of the job's result, by name; none before it succeeded")
    @GetMapping("/artifacts")
    Page<FileView> artifacts(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = FileView.ALL) @Min(1) @Max(FileView.MOST) int limit) {
        List<StoredFile> files = result(project, id).map(models::files).orElse(List.of());
        return FileView.page(files, after, limit);
    }

    @Operation(summary = "One file of the job's result")
    @GetMapping("/artifacts/{name}")
    ResponseEntity<Resource> artifact(Project project, @PathVariable String id, @PathVariable String name) {
        RegisteredModel model = result(project, id).orElseThrow(() -> new NotFound("file", id + "/" + name));
        StoredFile file = models.file(model, name);
        return FileDownload.of(models.folder(model), file);
    }

    private Optional<RegisteredModel> result(Project project, String id) {
        String output = board.get(project, id).outputModel();
        return output == null ? Optional.empty() : models.find(project, output);
    }
}
