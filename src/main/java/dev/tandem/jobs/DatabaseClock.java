package dev.tandem.jobs;

import java.sql.Timestamp;
import java.time.Instant;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** The one clock of all servers. */
@Component
class DatabaseClock {

    private final JdbcClient sql;

    DatabaseClock(JdbcClient sql) {
        this.sql = sql;
    }

    Instant now() {
        return sql.sql("SELECT clock_timestamp()")
                .query(Timestamp.class)
                .single()
                .toInstant();
    }
}
