package dev.tandem.api.openai;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request to make or change a webhook endpoint. */
public record WebhookForm(
        @Nullable String name,
        @Nullable String url,
        @Nullable List<String> eventTypes) {

    static final WebhookForm EMPTY = new WebhookForm(null, null, null);

    /** A request to test one. */
    public record Test(@Nullable String eventType) {

        static final Test EMPTY = new Test(null);
    }
}
