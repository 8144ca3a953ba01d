package dev.tandem.webhooks;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One event on its way to one endpoint, and what became of it.
 *
 * @param status {@code pending}, {@code delivered} or {@code failed}
 * @param nextAttemptAt null unless it is pending
 * @param lastStatus of the endpoint's last answer; null if it never answered
 * @param lastError why the last attempt failed
 */
public record Delivery(
        String id,
        String eventId,
        String eventType,
        String status,
        int attempts,
        @Nullable Instant nextAttemptAt,
        @Nullable Integer lastStatus,
        @Nullable String lastError,
        Instant createdAt,
        @Nullable Instant deliveredAt) {}
