package dev.tandem.api.openai;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.tandem.webhooks.Delivery;
import dev.tandem.webhooks.WebhookEndpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What this API says of webhooks; times are seconds since 1970. */
final class WebhookViews {

    private WebhookViews() {}

    /** @param signingSecret shown when it is made, and never again */
    record Endpoint(
            String id,
            String object,
            String name,
            String url,
            List<String> eventTypes,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            String signingSecret,

            String signingSecretHint,
            long createdAt,
            long updatedAt) {

        static Endpoint of(WebhookEndpoint endpoint) {
            return of(endpoint, null);
        }

        static Endpoint withSecret(WebhookEndpoint endpoint) {
            return of(endpoint, endpoint.secret());
        }

        private static Endpoint of(WebhookEndpoint endpoint, @Nullable String secret) {
            return new Endpoint(
                    endpoint.id(),
                    "webhook_endpoint",
                    endpoint.name(),
                    endpoint.url(),
                    endpoint.eventTypes(),
                    secret,
                    endpoint.secretHint(),
                    FineTuningJob.seconds(endpoint.createdAt()),
                    FineTuningJob.seconds(endpoint.updatedAt()));
        }
    }

    record Tested(String object, String webhookEndpointId, String eventType, int statusCode, boolean success) {}

    /** See {@link Delivery}. */
    record Sent(
            String id,
            String object,
            String eventId,
            String eventType,
            String status,
            int attempts,
            @Nullable Long nextAttemptAt,
            @Nullable Integer lastStatusCode,
            @Nullable String lastError,
            long createdAt,
            @Nullable Long deliveredAt) {

        static Sent of(Delivery delivery) {
            return new Sent(
                    delivery.id(),
                    "webhook_endpoint.delivery",
                    delivery.eventId(),
                    delivery.eventType(),
                    delivery.status(),
                    delivery.attempts(),
                    delivery.nextAttemptAt() == null
                            ? null
                            : delivery.nextAttemptAt().getEpochSecond(),
                    delivery.lastStatus(),
                    delivery.lastError(),
                    FineTuningJob.seconds(delivery.createdAt()),
                    delivery.deliveredAt() == null
                            ? null
                            : delivery.deliveredAt().getEpochSecond());
        }
    }
}
