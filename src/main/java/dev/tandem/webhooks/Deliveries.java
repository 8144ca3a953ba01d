package dev.tandem.webhooks;

import dev.tandem.spec.Ids;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** What is due, and the log of what became of it. */
@Component
class Deliveries {

    private final JdbcClient sql;
    private final WebhookProperties properties;

    Deliveries(JdbcClient sql, WebhookProperties properties) {
        this.sql = sql;
        this.properties = properties;
    }

    /**
     * An attempt to make.
     *
     * @param attempt from 1
     */
    record Due(String id, String endpoint, String eventId, String body, int attempt) {}

    /**
     * Takes what is due, so that no other server does. Whoever takes it and falls silent loses it again: it is due anew
     * after twice the time that an attempt may take.
     */
    @Transactional
    public List<Due> claim(int most) {
        return sql.sql("""
                UPDATE webhook_delivery
                   SET attempts = attempts + 1,
                       next_attempt_at = clock_timestamp() + :ms * interval '1 millisecond'
                 WHERE id IN (SELECT id FROM webhook_delivery
                               WHERE status = 'pending' AND next_attempt_at <= clock_timestamp()
                               ORDER BY next_attempt_at LIMIT :most FOR UPDATE SKIP LOCKED)
             RETURNING id, endpoint_id, event_id, body, attempts
                """)
                .param("ms", 2 * properties.timeout().toMillis())
                .param("most", most)
                .query((row, n) ->
                        new Due(row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getInt(5)))
                .list();
    }

    /** Notes how an attempt ended; nothing if another server has made a later one. */
    @Transactional
    public void end(Due due, Answer answer) {
        Duration wait = answer.isYes()
                        || answer.isFinal()
                        || due.attempt() > properties.backoff().size()
                ? null
                : properties.backoff().get(due.attempt() - 1);
        String status = answer.isYes() ? "delivered" : wait == null ? "failed" : "pending";
        sql.sql("""
                UPDATE webhook_delivery
                   SET status = :status, last_status = :answer, last_error = :error,
                       next_attempt_at = clock_timestamp() + :ms * interval '1 millisecond',
                       delivered_at = CASE WHEN :status = 'delivered' THEN clock_timestamp() END
                 WHERE id = :id AND attempts = :attempt AND status = 'pending'
                """)
                .param("status", status)
                .param("answer", answer.status())
                .param("error", answer.error())
                .param("ms", wait == null ? null : wait.toMillis())
                .param("id", due.id())
                .param("attempt", due.attempt())
                .update();
    }

    /** Notes what was sent by hand; it is not sent again. */
    @Transactional
    public void note(String endpoint, Envelope envelope, Answer answer) {
        sql.sql("""
                INSERT INTO webhook_delivery
                       (id, endpoint_id, event_id, event_type, subject, body, status, attempts, last_status, last_error,
                        created_at, delivered_at)
                SELECT :id, id, :event, :type, :subject, :body, :status, 1, :answer, :error,
                       clock_timestamp(), CASE WHEN :status = 'delivered' THEN clock_timestamp() END
                  FROM webhook_endpoint WHERE id = :endpoint
                """)
                .param("id", Ids.fresh("whd_"))
                .param("endpoint", endpoint)
                .param("event", envelope.id())
                .param("type", envelope.type())
                .param("subject", envelope.subject())
                .param("body", envelope.body())
                .param("status", answer.isYes() ? "delivered" : "failed")
                .param("answer", answer.status())
                .param("error", answer.error())
                .update();
    }

    /** Newest first, from behind {@code after}. */
    @Transactional(readOnly = true)
    public List<Delivery> of(String endpoint, @Nullable String after, int limit) {
        return sql.sql("""
                SELECT id, event_id, event_type, status, attempts, next_attempt_at, last_status, last_error,
                       created_at, delivered_at
                  FROM webhook_delivery
                 WHERE endpoint_id = :endpoint
                   AND (CAST(:after AS text) IS NULL
                        OR (created_at, id) < (SELECT created_at, id FROM webhook_delivery WHERE id = :after))
                 ORDER BY created_at DESC, id DESC LIMIT :limit
                """)
                .param("endpoint", endpoint)
                .param("after", after)
                .param("limit", limit)
                .query((row, n) -> delivery(row))
                .list();
    }

    int forgetOld() {
        return sql.sql("""
                DELETE FROM webhook_delivery
                 WHERE status <> 'pending' AND created_at < clock_timestamp() - :ms * interval '1 millisecond'
                """).param("ms", properties.keepLog().toMillis()).update();
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        return new Delivery(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getInt(5),
                time(row, 6),
                row.getObject(7, Integer.class),
                row.getString(8),
                row.getTimestamp(9).toInstant(),
                time(row, 10));
    }

    private static @Nullable Instant time(ResultSet row, int column) throws SQLException {
        return Optional.ofNullable(row.getTimestamp(column))
                .map(Timestamp::toInstant)
                .orElse(null);
    }
}
