package dev.tandem.api.openai;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request to make or change a webhook endpoint. */
public record WebhookForm(
        @Nullable String name,
        @Nullable String url,
        @Nullable List<String> eventTypes) {

    static final WebhookForm EMPTY = new WebhookForm(null, null, null);

    /** What the API description says of a request for a new secret. */
    record Rotation(
            @Schema(name = "keep_old_secret_active_for_24_hours", defaultValue = "false")
            boolean keepOld) {}

    /** A request to test one. */
    public record Test(@Nullable String eventType) {

        static final Test EMPTY = new Test(null);
    }
}
