package dev.tandem.api;

import dev.tandem.datasets.ColumnMapping;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.datasets.DatasetFilter;
import dev.tandem.datasets.DatasetIntake;
import dev.tandem.datasets.DatasetUpload;
import dev.tandem.security.Project;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.OnInvalid;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;

/** Datasets over HTTP. */
@Tag(name = "datasets", description = "Preference data; a name stands for its newest version")
@RestController
@RequestMapping("/api/v1/datasets")
class DatasetsApi {

    private final DatasetIntake intake;
    private final DatasetCatalogue datasets;

    DatasetsApi(DatasetIntake intake, DatasetCatalogue datasets) {
        this.intake = intake;
        this.datasets = datasets;
    }

    @Operation(
            summary = "Uploads a dataset: 201, or 200 if the very same is there already",
            description = "Another file under a name that is taken becomes its next version.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content =
                    @Content(
                            mediaType = "multipart/form-data",
                            schema = @Schema(implementation = ApiForms.DatasetFile.class)))
    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @ApiResponse(responseCode = "200", description = "The same rows are there already")
    @ApiResponse(responseCode = "201")
    ResponseEntity<DatasetView> upload(Project project, MultipartHttpServletRequest request) {
        var form = new MultipartForm(request, "file", "name", "format", "columns", "on_invalid");
        DatasetIntake.Taken taken = intake.take(
                project,
                new DatasetUpload(
                        form.text("name"),
                        ModelsApi.fileName(onlyFile(form)),
                        onlyFile(form),
                        form.word("format", DatasetFormat.class, DatasetFormat.AUTO),
                        ColumnMapping.read(form.text("columns")),
                        form.word("on_invalid", OnInvalid.class, OnInvalid.REJECT)));
        DatasetView view = DatasetView.of(taken.dataset());
        return taken.isNew()
                ? ResponseEntity.created(URI.create("/api/v1/datasets/" + view.id()))
                        .body(view)
                : ResponseEntity.ok(view);
    }

    private static MultipartFile onlyFile(MultipartForm form) {
        List<MultipartFile> files = form.files("file");
        if (files.size() > 1) {
            throw new InvalidSpec(
                    "file",
                    "invalid_value",
                    "file must be one file, was %d; upload each as a dataset of its own".formatted(files.size()));
        }
        return files.getFirst();
    }

    @Operation(
            summary = "Lists datasets, newest first; all filters must hold",
            description = "A name has all its versions.")
    @GetMapping
    Page<DatasetView> list(
            Project project,
            @RequestParam(required = false) @Nullable String name,
            @RequestParam(name = "created_after", required = false) @Nullable Instant createdAfter,
            @RequestParam(name = "created_before", required = false) @Nullable Instant createdBefore,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") @Min(1) @Max(Cursor.MOST) int limit) {
        var filter = new DatasetFilter(name, createdAfter, createdBefore);
        return Page.of(datasets.list(project, filter, Cursor.read(after), limit), DatasetView::of);
    }

    @Operation(summary = "One dataset, by id or name; answers 304 to If-None-Match while nothing changed")
    @GetMapping("/{id}")
    ResponseEntity<DatasetView> get(Project project, @PathVariable String id) {
        return ContentTag.tagged(DatasetView.of(datasets.get(project, id)));
    }

    @Operation(summary = "Deletes a dataset that nothing uses")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Project project, @PathVariable String id) {
        datasets.delete(project, id);
    }
}
