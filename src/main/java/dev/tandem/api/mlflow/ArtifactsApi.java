package dev.tandem.api.mlflow;

import dev.tandem.api.FileDownload;
import dev.tandem.jobs.JobBoard;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
import dev.tandem.spec.NotFound;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.Resource;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The files of a job's result as artifacts; their URIs say that they are fetched from this server. */
@Tag(name = "mlflow")
@RestController
@RequestMapping("/api/2.0")
class ArtifactsApi {

    private final JobBoard board;
    private final ModelRegistry models;

    ArtifactsApi(JobBoard board, ModelRegistry models) {
        this.board = board;
        this.models = models;
    }

    record File(String path, boolean isDir, long fileSize) {}

    record Root(String rootUri, List<File> files) {}

    record Folder(List<File> files) {}

    @Operation(summary = "The files of a run's result; none before it finished")
    @GetMapping("/mlflow/artifacts/list")
    Root list(
            Project project,
            @RequestParam(name = "run_id", required = false) @Nullable String id,
            @RequestParam(name = "run_uuid", required = false) @Nullable String uuid,
            @RequestParam(required = false) @Nullable String path) {
        String job = RunsApi.either(id, uuid);
        return new Root(MlflowRun.artifacts(job), files(project, job, path == null ? "" : path));
    }

    @Operation(summary = "The files below a path, which begins with the id of a run")
    @GetMapping("/mlflow-artifacts/artifacts")
    Folder folder(Project project, @RequestParam String path) {
        String[] parts = path.split("/", 2);
        return new Folder(files(project, parts[0], parts.length == 1 ? "" : parts[1]));
    }

    @Operation(summary = "One file of a run's result")
    @GetMapping("/mlflow-artifacts/artifacts/{id}/{name}")
    ResponseEntity<Resource> download(Project project, @PathVariable String id, @PathVariable String name) {
        RegisteredModel model = result(project, id).orElseThrow(() -> new NotFound("file", id + "/" + name));
        return FileDownload.of(models.folder(model), models.file(model, name));
    }

    /** A result has no folders, so below any path but its root there is nothing. */
    private List<File> files(Project project, String job, String path) {
        List<File> files = result(project, job).stream()
                .flatMap(model -> models.files(model).stream())
                .map(file -> new File(file.name(), false, file.sizeBytes()))
                .toList();
        return path.isEmpty() ? files : List.of();
    }

    private Optional<RegisteredModel> result(Project project, String job) {
        return Optional.ofNullable(board.get(project, job).outputModel()).flatMap(model -> models.find(project, model));
    }
}
