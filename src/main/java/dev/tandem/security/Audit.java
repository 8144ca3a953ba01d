package dev.tandem.security;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;

/** The record of changes. It is only ever added to; the database refuses anything else. */
@Service
public class Audit {

    private static final int LONGEST = 500;

    private final JdbcClient sql;

    Audit(JdbcClient sql) {
        this.sql = sql;
    }

    /**
     * What somebody wanted to change.
     *
     * @param action as operations are named in the API description, as in {@code jobsCancel}
     * @param target the address that was called
     * @param address from where
     * @param status of the answer
     */
    public record Change(String action, String target, String address, String requestId, int status) {}

    /** A line of the record. */
    public record Entry(long id, Instant createdAt, String project, String who, Change change) {}

    public void note(Caller caller, Change change) {
        sql.sql("""
                INSERT INTO audit (created_at, project, who, action, target, address, request_id, status)
                VALUES (clock_timestamp(), :project, :who, :action, :target, :address, :request, :status)
                """)
                .param("project", caller.project().name())
                .param("who", caller.who())
                .param("action", change.action())
                .param(
                        "target",
                        change.target()
                                .substring(0, Math.min(LONGEST, change.target().length())))
                .param("address", change.address())
                .param("request", change.requestId())
                .param("status", change.status())
                .update();
    }

    /** Newest first, from behind {@code after}; an operator sees all projects, or the one that is asked for. */
    public List<Entry> list(Caller caller, @Nullable String project, @Nullable Long after, int limit) {
        String only = caller.isOperator() ? project : caller.project().name();
        return sql.sql("""
                SELECT id, created_at, project, who, action, target, address, request_id, status FROM audit
                 WHERE (CAST(:project AS text) IS NULL OR project = :project)
                   AND (CAST(:after AS bigint) IS NULL OR id < :after)
                 ORDER BY id DESC LIMIT :limit
                """)
                .param("project", only)
                .param("after", after)
                .param("limit", limit)
                .query((row, n) -> new Entry(
                        row.getLong(1),
                        row.getTimestamp(2).toInstant(),
                        row.getString(3),
                        row.getString(4),
                        new Change(
                                row.getString(5), row.getString(6), row.getString(7), row.getString(8), row.getInt(9))))
                .list();
    }
}
