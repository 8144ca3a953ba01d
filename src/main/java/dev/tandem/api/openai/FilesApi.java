package dev.tandem.api.openai;

import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.datasets.DatasetIntake;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.JobHistory;
import dev.tandem.jobs.JobStatus;
import dev.tandem.security.Project;
import dev.tandem.spec.InvalidSpec;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.core.io.Resource;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartHttpServletRequest;

/** Datasets as files. */
@Tag(name = "openai files", description = "Datasets, as OpenAI's SDKs know them")
@RestController
@RequestMapping("/v1/files")
class FilesApi {

    private static final int MOST = 10_000;

    private final DatasetIntake intake;
    private final DatasetCatalogue datasets;
    private final JobBoard board;
    private final JobHistory history;
    private final Retries retries;

    FilesApi(DatasetIntake intake, DatasetCatalogue datasets, JobBoard board, JobHistory history, Retries retries) {
        this.intake = intake;
        this.datasets = datasets;
        this.board = board;
        this.history = history;
        this.retries = retries;
    }

    @Operation(summary = "Uploads a file of preferences or demonstrations, with purpose fine-tune")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content =
                    @Content(
                            mediaType = "multipart/form-data",
                            schema = @Schema(implementation = FileForm.Parts.class)))
    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    FileObject upload(
            Project project,
            MultipartHttpServletRequest request,
            @RequestHeader(name = Retries.HEADER, required = false) @Nullable String retryCount) {
        SentFile file = new FileForm(request).file();
        return FileObject.of(
                intake.take(project, file.upload(retries.window(retryCount))).dataset());
    }

    @Operation(summary = "Lists uploaded files, newest first; the result files of jobs are named by the jobs only")
    @GetMapping
    Listing<FileObject> list(
            Project project,
            @RequestParam(required = false) @Nullable String purpose,
            @RequestParam(defaultValue = "10000") int limit,
            @RequestParam(defaultValue = "desc") String order,
            @RequestParam(required = false) @Nullable String after) {
        int most = Query.limit(limit, MOST);
        Sort.Direction direction = Sort.Direction.fromOptionalString(order)
                .orElseThrow(() -> new InvalidSpec(
                        "order", "invalid_value", "order must be asc or desc, was \"%s\"".formatted(order)));
        ScrollPosition from = position(project, after);
        if (purpose != null && !purpose.equals(FileObject.PURPOSE)) {
            return Listing.whole(List.of());
        }
        List<FileObject> found = datasets.list(project, from, most + 1, direction)
                .map(FileObject::of)
                .getContent();
        return Listing.of(found, most, FileObject::id);
    }

    private ScrollPosition position(Project project, @Nullable String after) {
        if (after == null) {
            return ScrollPosition.keyset();
        }
        String id = Naming.FILE.read(after).orElseThrow(Query.badAfter(after, "a file"));
        return ScrollPosition.forward(Map.of(
                "createdAt", datasets.storedAt(project, id).orElseThrow(Query.badAfter(after, "a file")), "id", id));
    }

    @Operation(summary = "One file")
    @GetMapping("/{id}")
    FileObject get(Project project, @PathVariable String id) {
        Optional<Job> job = jobOfResult(project, id);
        return job.isPresent()
                ? FileObject.of(job.get(), ResultFile.of(job.get().id(), history))
                : FileObject.of(dataset(project, id));
    }

    @Operation(summary = "What is in a file, as it was sent")
    @GetMapping("/{id}/content")
    ResponseEntity<Resource> content(Project project, @PathVariable String id) {
        Optional<Job> job = jobOfResult(project, id);
        if (job.isPresent()) {
            byte[] csv = ResultFile.of(job.get().id(), history).csv();
            return download(new ByteArrayResource(csv), ResultFile.NAME);
        }
        Dataset dataset = dataset(project, id);
        return download(new FileSystemResource(datasets.path(dataset)), dataset.fileName());
    }

    /** With a type of its own, so that no {@code Accept} is ever held against it. */
    private static ResponseEntity<Resource> download(Resource content, String name) {
        return ResponseEntity.ok()
                .contentType(MediaType.APPLICATION_OCTET_STREAM)
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(name, StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .header("X-Content-Type-Options", "nosniff")
                .body(content);
    }

    @Operation(summary = "Deletes a file that no unfinished job uses")
    @DeleteMapping("/{id}")
    Deleted delete(Project project, @PathVariable String id) {
        if (jobOfResult(project, id).isPresent()) {
            throw new InvalidSpec("id", "invalid_value", "%s is part of its job and stays with it".formatted(id));
        }
        datasets.delete(project, dataset(project, id).id());
        return new Deleted(id, "file");
    }

    private Optional<Job> jobOfResult(Project project, String id) {
        return Naming.RESULT
                .read(id)
                .flatMap(job -> board.find(project, job))
                .filter(job -> job.status() == JobStatus.SUCCEEDED);
    }

    private Dataset dataset(Project project, String id) {
        return datasets.find(project, Naming.FILE.get(id)).orElseThrow(() -> Naming.FILE.missing(id));
    }
}
