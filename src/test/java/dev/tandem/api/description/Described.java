package dev.tandem.api.description;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** The API description, read strictly: a field that it does not name may not be there. */
final class Described {

    private final JsonNode api;
    private final ObjectNode components;
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    Described(byte[] json) {
        this.api = JsonMapper.shared().readTree(json);
        this.components = (ObjectNode) api.path("components");
        components.path("schemas").forEach(Described::close);
    }

    private static void close(JsonNode schema) {
        if (schema instanceof ObjectNode object) {
            if (object.has("properties") && !object.has("additionalProperties")) {
                object.put("additionalProperties", false);
            }
            object.forEach(Described::close);
        } else {
            schema.forEach(Described::close);
        }
    }

    /** How an answer differs from what is described; empty if it does not. */
    Optional<String> difference(String method, String path, int status, @Nullable String contentType, byte[] body) {
        JsonNode operation = api.path("paths").path(path).path(method.toLowerCase(java.util.Locale.ROOT));
        if (operation.isMissingNode()) {
            return status >= 400 ? Optional.empty() : Optional.of("no such operation");
        }
        JsonNode answers = operation.path("responses");
        JsonNode answer =
                answers.has(String.valueOf(status)) ? answers.path(String.valueOf(status)) : answers.path("default");
        if (status < 300 && !answers.has(String.valueOf(status))) {
            return Optional.of("no such status");
        }
        if (contentType == null) {
            return answer.has("content") && status < 300 ? Optional.of("no content") : Optional.empty();
        }
        String type = contentType.replaceFirst(";.*", "");
        JsonNode content = answer.path("content");
        JsonNode media = content.propertyStream()
                .filter(each -> each.getKey().replaceFirst(";.*", "").equals(type)
                        || each.getKey().equals("*/*"))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        if (media == null) {
            return Optional.of("no such content: " + contentType);
        }
        return body.length == 0
                ? Optional.empty()
                : difference(method + path + status + type, media.path("schema"), body);
    }

    private Optional<String> difference(String key, JsonNode schema, byte[] body) {
        List<Error> errors = schemas.computeIfAbsent(key, each -> compiled(schema))
                .validate(JsonMapper.shared().readTree(body));
        return errors.isEmpty()
                ? Optional.empty()
                : Optional.of(errors.stream().map(Error::toString).distinct().collect(Collectors.joining("; ")));
    }

    private Schema compiled(JsonNode schema) {
        ObjectNode root = JsonMapper.shared().createObjectNode();
        root.set("components", components);
        root.putArray("allOf").add(schema);
        return registry.getSchema(root);
    }
}
