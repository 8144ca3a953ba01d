package dev.tandem.api.description;

import io.swagger.v3.oas.models.Components;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.media.Content;
import io.swagger.v3.oas.models.media.JsonSchema;
import io.swagger.v3.oas.models.media.MediaType;
import io.swagger.v3.oas.models.media.Schema;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.util.List;
import org.springdoc.core.customizers.OpenApiCustomizer;
import org.springframework.stereotype.Component;

/** Adds what every operation answers when something is wrong, and says which answers are no JSON. */
@Component
class CommonAnswers implements OpenApiCustomizer {

    private static final String PROBLEM = "Problem";

    /** Types of arguments and results that stand for something else. */
    private static final List<String> UNUSED =
            List.of("SseEmitter", "ResponseBodyEmitter", "JsonBody", "MultiValueMapStringString");

    @Override
    public void customise(OpenAPI api) {
        Components components = api.getComponents();
        components.addSchemas(PROBLEM, problem());
        UNUSED.forEach(components.getSchemas()::remove);
        api.getPaths().values().stream()
                .flatMap(path -> path.readOperations().stream())
                .forEach(CommonAnswers::complete);
    }

    private static void complete(Operation operation) {
        ApiResponses answers = operation.getResponses();
        answers.values().forEach(CommonAnswers::correct);
        ApiResponse whole = answers.get("200");
        if (whole != null && whole.getContent() != null && whole.getContent().containsKey("*/*")) {
            answers.addApiResponse(
                    "206", new ApiResponse().description("A part of it").content(whole.getContent()));
        }
        var reference = new JsonSchema();
        reference.set$ref(PROBLEM);
        answers.setDefault(new ApiResponse()
                .description("What is wrong, as a problem detail (RFC 9457) that OpenAI's SDKs can read too")
                .content(new Content().addMediaType("application/problem+json", new MediaType().schema(reference))));
    }

    private static void correct(ApiResponse answer) {
        Content content = answer.getContent();
        if (content == null) {
            return;
        }
        MediaType stream = content.get("text/event-stream");
        if (stream != null) {
            stream.setSchema(typed("string"));
        }
        MediaType json = content.get("application/json");
        if (json != null
                && json.getSchema() != null
                && "binary".equals(json.getSchema().getFormat())) {
            content.remove("application/json");
            content.addMediaType("*/*", json);
        }
    }

    /** As {@code dev.tandem.api.Problem} writes it. */
    private static Schema<?> problem() {
        var one = typed("object");
        one.addProperty("field", typed("string"));
        one.addProperty("line", typed("integer"));
        one.addProperty("column", typed("integer"));
        one.addProperty("code", typed("string"));
        one.addProperty("message", typed("string"));
        var all = typed("array");
        all.setItems(one);

        var error = typed("object");
        error.addProperty("message", typed("string"));
        error.addProperty("type", typed("string"));
        error.addProperty("param", typed("string", "null"));
        error.addProperty("code", typed("string"));
        error.setRequired(List.of("message", "type", "param", "code"));

        var problem = typed("object");
        problem.addProperty("type", typed("string"));
        problem.addProperty("title", typed("string"));
        problem.addProperty("status", typed("integer"));
        problem.addProperty("detail", typed("string"));
        problem.addProperty("instance", typed("string"));
        problem.addProperty("request_id", typed("string"));
        problem.addProperty("errors", all);
        problem.addProperty("error", error);
        problem.addProperty("valid", count("rows of an upload that can be used"));
        problem.addProperty("invalid", count("rows of an upload that cannot"));
        problem.addProperty("error_code", described("MLflow's word for it, below /api/2.0/mlflow"));
        problem.addProperty("message", described("the detail again, below /api/2.0/mlflow"));
        problem.setRequired(List.of("type", "title", "status", "detail", "instance", "request_id", "errors", "error"));
        return problem;
    }

    private static Schema<?> count(String description) {
        Schema<?> count = typed("integer");
        count.setDescription(description);
        return count;
    }

    private static Schema<?> described(String description) {
        Schema<?> text = typed("string");
        text.setDescription(description);
        return text;
    }

    private static JsonSchema typed(String... types) {
        var schema = new JsonSchema();
        for (String type : types) {
            schema.addType(type);
        }
        return schema;
    }
}
