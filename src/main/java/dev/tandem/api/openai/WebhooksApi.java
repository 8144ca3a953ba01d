package dev.tandem.api.openai;

import dev.tandem.api.JsonBody;
import dev.tandem.api.openai.WebhookViews.Endpoint;
import dev.tandem.api.openai.WebhookViews.Sent;
import dev.tandem.api.openai.WebhookViews.Tested;
import dev.tandem.security.Project;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.webhooks.WebhookEndpoint;
import dev.tandem.webhooks.Webhooks;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Who is told when jobs end. */
@Tag(name = "webhooks", description = "Signed messages when jobs end, as Standard Webhooks and OpenAI's SDKs know them")
@RestController
@RequestMapping("/v1")
class WebhooksApi {

    private static final int MOST = 100;
    private static final String KEEP_OLD = "keep_old_secret_active_for_24_hours";

    private final Webhooks webhooks;

    WebhooksApi(Webhooks webhooks) {
        this.webhooks = webhooks;
    }

    @Operation(summary = "The events that there are")
    @GetMapping("/webhook_event_types")
    Listing<String> eventTypes() {
        return Listing.whole(webhooks.eventTypes());
    }

    @Operation(summary = "Makes an endpoint; its signing secret is shown here and never again")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = WebhookForm.class)))
    @PostMapping("/webhook_endpoints")
    Endpoint create(Project project, @RequestBody JsonBody body) {
        WebhookForm form = body.as(WebhookForm.EMPTY);
        body.require("name", "url", "event_types");
        return Endpoint.withSecret(webhooks.create(
                project,
                String.valueOf(form.name()),
                String.valueOf(form.url()),
                form.eventTypes() == null ? List.of() : form.eventTypes()));
    }

    @Operation(summary = "Lists endpoints, newest first")
    @GetMapping("/webhook_endpoints")
    Listing<Endpoint> list(
            Project project,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") int limit) {
        int most = Query.limit(limit, MOST);
        List<Endpoint> found = webhooks.list(project, position(project, after), most + 1)
                .map(Endpoint::of)
                .getContent();
        return Listing.of(found, most, Endpoint::id);
    }

    private ScrollPosition position(Project project, @Nullable String after) {
        if (after == null) {
            return ScrollPosition.keyset();
        }
        WebhookEndpoint last = webhooks.get(project, after);
        return ScrollPosition.forward(Map.of("createdAt", last.createdAt(), "id", last.id()));
    }

    @Operation(summary = "One endpoint")
    @GetMapping("/webhook_endpoints/{id}")
    Endpoint get(Project project, @PathVariable String id) {
        return Endpoint.of(webhooks.get(project, id));
    }

    @Operation(summary = "Changes an endpoint; what is left out stays")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content = @Content(mediaType = "application/json", schema = @Schema(implementation = WebhookForm.class)))
    @PostMapping("/webhook_endpoints/{id}")
    Endpoint change(Project project, @PathVariable String id, @RequestBody JsonBody body) {
        WebhookForm form = body.as(WebhookForm.EMPTY);
        return Endpoint.of(webhooks.change(project, id, form.name(), form.url(), form.eventTypes()));
    }

    @Operation(summary = "Deletes an endpoint; what has not been sent to it never will be")
    @DeleteMapping("/webhook_endpoints/{id}")
    Deleted delete(Project project, @PathVariable String id) {
        webhooks.delete(project, id);
        return new Deleted(id, "webhook_endpoint.deleted");
    }

    @Operation(summary = "Gives an endpoint a new signing secret, beside which the old one may sign for 24 hours more")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content =
                    @Content(
                            mediaType = "application/json",
                            schema = @Schema(implementation = WebhookForm.Rotation.class)))
    @PostMapping("/webhook_endpoints/{id}/rotate_secret")
    Endpoint rotateSecret(
            Project project, @PathVariable String id, @RequestBody(required = false) @Nullable JsonBody body) {
        return Endpoint.withSecret(webhooks.rotateSecret(project, id, body != null && keepsOld(body.fields())));
    }

    private static boolean keepsOld(Map<String, Object> fields) {
        for (String name : fields.keySet()) {
            if (!name.equals(KEEP_OLD)) {
                throw new InvalidSpec(name, "unknown_field", "unknown field %s; known is %s".formatted(name, KEEP_OLD));
            }
        }
        Object keepOld = fields.getOrDefault(KEEP_OLD, false);
        if (!(keepOld instanceof Boolean keep)) {
            throw new InvalidSpec(
                    KEEP_OLD, "wrong_type", "%s must be true or false, was %s".formatted(KEEP_OLD, keepOld));
        }
        return keep;
    }

    @Operation(summary = "Sends an event of a job that does not exist, once and now, and answers what came back")
    @io.swagger.v3.oas.annotations.parameters.RequestBody(
            content =
                    @Content(mediaType = "application/json", schema = @Schema(implementation = WebhookForm.Test.class)))
    @PostMapping("/webhook_endpoints/{id}/test")
    Tested test(Project project, @PathVariable String id, @RequestBody JsonBody body) {
        WebhookForm.Test form = body.as(WebhookForm.Test.EMPTY);
        body.require("event_type");
        String type = String.valueOf(form.eventType());
        return new Tested("webhook_endpoint.test", id, type, webhooks.test(project, id, type), true);
    }

    @Operation(summary = "What was sent to an endpoint or is to be, newest first")
    @GetMapping("/webhook_endpoints/{id}/deliveries")
    Listing<Sent> deliveries(
            Project project,
            @PathVariable String id,
            @RequestParam(required = false) @Nullable String after,
            @RequestParam(defaultValue = "20") int limit) {
        int most = Query.limit(limit, MOST);
        List<Sent> found = webhooks.deliveries(project, id, after, most + 1).stream()
                .map(Sent::of)
                .toList();
        return Listing.of(found, most, Sent::id);
    }
}
