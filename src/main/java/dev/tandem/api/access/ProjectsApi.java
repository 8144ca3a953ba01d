package dev.tandem.api.access;

import dev.tandem.api.JsonBody;
import dev.tandem.api.Page;
import dev.tandem.security.Caller;
import dev.tandem.security.Projects;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.time.Instant;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Projects over HTTP. */
@Tag(name = "access")
@RestController
@RequestMapping("/api/v1/projects")
class ProjectsApi {

    private final Projects projects;

    ProjectsApi(Projects projects) {
        this.projects = projects;
    }

    record View(String name, Instant createdAt) {

        static View of(Projects.Made made) {
            return new View(made.project().name(), made.createdAt());
        }
    }

    /** A request for a project. */
    public record NewProject(String name) {
        static final NewProject EMPTY = new NewProject("");
    }

    @Operation(
            summary = "Makes a project, a tenant of its own",
            description = "For admins of project default. Its first key is made with POST /api/v1/api-keys.")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = NewProject.class)))
    @ApiResponse(responseCode = "201")
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<View> create(Caller caller, @RequestBody JsonBody body) {
        caller.requireOperator();
        NewProject request = body.as(NewProject.EMPTY);
        body.require("name");
        View made = View.of(projects.create(request.name()));
        return ResponseEntity.created(URI.create("/api/v1/projects")).body(made);
    }

    @Operation(summary = "The projects that the caller administers, by name")
    @GetMapping
    Page<View> list(Caller caller) {
        return Page.whole(projects.list(caller).stream().map(View::of).toList());
    }
}
