package dev.tandem.api.openai;

import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.ArrayList;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Window;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Models by their names. */
@Tag(name = "openai models", description = "Models, as OpenAI's SDKs know them")
@RestController
@RequestMapping("/v1/models")
class OpenAiModelsApi {

    private static final int AT_ONCE = 500;

    private final ModelRegistry models;
    private final OpenAiProperties properties;

    OpenAiModelsApi(ModelRegistry models, OpenAiProperties properties) {
        this.models = models;
        this.properties = properties;
    }

    @Operation(summary = "All models, newest first")
    @GetMapping
    Listing<ModelObject> list(Project project) {
        var all = new ArrayList<ModelObject>();
        ScrollPosition from = ScrollPosition.keyset();
        Window<RegisteredModel> window;
        do {
            window = models.list(project, from, AT_ONCE);
            window.forEach(model -> all.add(ModelObject.of(model, properties.organization())));
            from = window.isEmpty() ? from : window.positionAt(window.size() - 1);
        } while (window.hasNext());
        return Listing.whole(all);
    }

    @Operation(summary = "One model, by name or native id")
    @GetMapping("/{id}")
    ModelObject get(Project project, @PathVariable String id) {
        return ModelObject.of(models.get(project, id), properties.organization());
    }

    @Operation(summary = "Deletes a model that nothing uses")
    @DeleteMapping("/{id}")
    Deleted delete(Project project, @PathVariable String id) {
        models.delete(project, id);
        return new Deleted(id, "model");
    }
}
