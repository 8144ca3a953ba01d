package dev.tandem.api;

import dev.tandem.models.ModelFilter;
import dev.tandem.models.ModelIntake;
import dev.tandem.models.ModelKind;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.NewFile;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
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
import org.springframework.core.io.Resource;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.multipart.MultipartHttpServletRequest;

/** Models over HTTP. */
@Tag(name = "models", description = "Checkpoints and adapters; wherever an id is asked for, the name will do")
@RestController
@RequestMapping("/api/v1/models")
class ModelsApi {

    private final ModelIntake intake;
    private final ModelRegistry models;

    ModelsApi(ModelIntake intake, ModelRegistry models) {
        this.intake = intake;
        this.models = models;
    }

    @Operation(summary = "Registers a model from its files, or from a folder of the server or a prefix in S3")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = {
                @Content(
                        mediaType = "multipart/form-data",
                        schema = @Schema(implementation = ApiForms.ModelFiles.class)),
                @Content(mediaType = "application/json", schema = @Schema(implementation = RegisterModel.class))
            })
    @PostMapping(consumes = MediaType.MULTIPART_FORM_DATA_VALUE)
    @ApiResponse(responseCode = "201")
    ResponseEntity<ModelView> upload(Project project, MultipartHttpServletRequest request) {
        var form = new MultipartForm(request, "files", "name", "base_model");
        List<NewFile> files = form.files("files").stream()
                .map(file -> new NewFile(fileName(file), file))
                .toList();
        return created(intake.register(project, form.text("name"), files, form.text("base_model")));
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @ApiResponse(responseCode = "201")
    ResponseEntity<ModelView> register(Project project, @RequestBody JsonBody body) {
        RegisterModel request = body.as(RegisterModel.EMPTY);
        body.require("name", "uri");
        return created(intake.register(project, request.name(), String.valueOf(request.uri()), request.baseModel()));
    }

    private static ResponseEntity<ModelView> created(RegisteredModel model) {
        return ResponseEntity.created(URI.create("/api/v1/models/" + model.id()))
                .body(ModelView.of(model));
    }

    static String fileName(MultipartFile file) {
        String name = file.getOriginalFilename();
        return name == null ? "" : name;
    }

    @Operation(summary = "Lists models, newest first; all filters must hold")
    @GetMapping
    Page<ModelView> list(
            Project project,
            @RequestParam(required = false) @Nullable String name,
            @RequestParam(required = false) @Schema(allowableValues = {"base", "fine_tuned", "adapter"}) @Nullable
                    String kind,
            @RequestParam(name = "created_after", required = false) @Nullable Instant createdAfter,
            @RequestParam(name = "created_before", required = false) @Nullable Instant createdBefore,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") @Min(1) @Max(Cursor.MOST) int limit) {
        var filter = new ModelFilter(name, kind == null ? null : ModelKind.of(kind), createdAfter, createdBefore);
        return Page.of(models.list(project, filter, Cursor.read(after), limit), ModelView::of);
    }

    @Operation(summary = "One model, by id or name; answers 304 to If-None-Match while nothing changed")
    @GetMapping("/{id}")
    ResponseEntity<ModelView> get(Project project, @PathVariable String id) {
        return ContentTag.tagged(ModelView.of(models.get(project, id)));
    }

    @Operation(summary = "Deletes a model that nothing uses")
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void delete(Project project, @PathVariable String id) {
        models.delete(project, id);
    }

    @Operation(summary = "The files of a model, by name")
    @GetMapping("/{id}/files")
    Page<FileView> files(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = FileView.ALL) @Min(1) @Max(FileView.MOST) int limit) {
        return FileView.page(models.files(models.get(project, id)), after, limit);
    }

    @Operation(summary = "Downloads one file of a model; ranges are answered")
    @GetMapping("/{id}/files/{name}")
    ResponseEntity<Resource> file(Project project, @PathVariable String id, @PathVariable String name) {
        RegisteredModel model = models.get(project, id);
        return FileDownload.of(models.folder(model), models.file(model, name));
    }
}
