package dev.tandem.api;

import dev.tandem.models.ModelMerge;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Adapters made into whole checkpoints. */
@Tag(name = "models")
@RestController
@RequestMapping("/api/v1/models/{id}/merge")
class MergesApi {

    private final ModelMerge merge;

    MergesApi(ModelMerge merge) {
        this.merge = merge;
    }

    @Operation(
            summary = "Registers an adapter's base with the adapter worked into its weights; answers when it is done")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = MergeModel.class)))
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    @ApiResponse(responseCode = "201")
    ResponseEntity<ModelView> merge(Project project, @PathVariable String id, @RequestBody JsonBody body) {
        MergeModel request = body.as(MergeModel.EMPTY);
        body.require("name");
        RegisteredModel merged = merge.merge(project, id, String.valueOf(request.name()));
        return ResponseEntity.created(URI.create("/api/v1/models/" + merged.id()))
                .body(ModelView.of(merged));
    }
}
