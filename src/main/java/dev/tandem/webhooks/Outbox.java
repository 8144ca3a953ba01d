package dev.tandem.webhooks;

import dev.tandem.jobs.JobEnded;
import dev.tandem.spec.Ids;
import java.time.InstantSource;
import java.util.List;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** Writes down what is to be told, in the transaction of the job's end: either both are there afterwards, or neither. */
@Component
class Outbox {

    private final JdbcClient sql;
    private final InstantSource clock;

    Outbox(JdbcClient sql, InstantSource clock) {
        this.sql = sql;
        this.clock = clock;
    }

    @EventListener
    @Transactional(propagation = Propagation.MANDATORY)
    void on(JobEnded ended) {
        EventType type = EventType.of(ended.status());
        List<String> endpoints = sql.sql("""
                SELECT e.id FROM webhook_endpoint e JOIN job j ON j.project = e.project
                 WHERE j.id = :job AND e.event_types @> to_jsonb(CAST(:type AS text))
                   FOR KEY SHARE OF e
                """)
                .param("job", ended.job())
                .param("type", type.word())
                .query((row, n) -> row.getString(1))
                .list();
        Envelope envelope = Envelope.of(type, ended.job(), clock.instant());
        endpoints.forEach(endpoint -> add(endpoint, envelope));
    }

    private void add(String endpoint, Envelope envelope) {
        sql.sql("""
                INSERT INTO webhook_delivery
                       (id, endpoint_id, event_id, event_type, subject, body, status, next_attempt_at, created_at)
                VALUES (:id, :endpoint, :event, :type, :subject, :body, 'pending', clock_timestamp(), clock_timestamp())
                    ON CONFLICT (endpoint_id, event_type, subject) DO NOTHING
                """)
                .param("id", Ids.fresh("whd_"))
                .param("endpoint", endpoint)
                .param("event", envelope.id())
                .param("type", envelope.type())
                .param("subject", envelope.subject())
                .param("body", envelope.body())
                .update();
    }
}
