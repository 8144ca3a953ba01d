package dev.tandem.security;

import dev.tandem.spec.Ids;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import dev.tandem.spec.Rules;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The door to API keys. Callers see those of the projects that they administer. */
@Service
public class ApiKeys {

    static final String PREFIX = "tdm_";

    private static final int SHOWN = PREFIX.length() + 8;
    private static final int LONGEST_NAME = 200;
    private static final String LIVE = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > clock_timestamp())";

    private final JdbcClient sql;
    private final Projects projects;

    ApiKeys(JdbcClient sql, Projects projects) {
        this.sql = sql;
        this.projects = projects;
    }

    /**
     * @param project as an operator may choose it; null for the caller's own
     * @throws InvalidSpec if a field is wrong
     * @throws NotFound if the project is none that the caller administers
     */
    @Transactional
    public ApiKey.Issued issue(
            Caller caller, String name, List<String> scopes, @Nullable String project, @Nullable Instant expiresAt) {
        Project owner = project == null ? caller.project() : projects.get(caller, project);
        new Rules()
                .check(
                        !name.isBlank() && name.length() <= LONGEST_NAME,
                        "name",
                        "must have 1 to %d characters".formatted(LONGEST_NAME),
                        name)
                .check(
                        !scopes.isEmpty() && Scope.words().containsAll(scopes),
                        "scopes",
                        "must be one or more of " + String.join(", ", Scope.words()),
                        scopes)
                .check(
                        !scopes.contains(Scope.METRICS.word()) || caller.isOperator(),
                        "scopes",
                        "may have metrics, which are about all projects, only from an admin of project default",
                        scopes)
                .check(expiresAt == null || isAhead(expiresAt), "expires_at", "must lie ahead", expiresAt)
                .done();
        String secret = PREFIX + Secrets.fresh();
        String id = Ids.fresh("key_");
        sql.sql("""
                INSERT INTO api_key (id, project, name, prefix, hash, scopes, created_by, created_at, expires_at)
                VALUES (:id, :project, :name, :prefix, :hash, :scopes, :by, clock_timestamp(), :expires)
                """)
                .param("id", id)
                .param("project", owner.name())
                .param("name", name)
                .param("prefix", secret.substring(0, SHOWN))
                .param("hash", Secrets.hash(secret))
                .param("scopes", scopes.stream().distinct().toArray(String[]::new))
                .param("by", caller.who())
                .param("expires", expiresAt == null ? null : Timestamp.from(expiresAt))
                .update();
        return new ApiKey.Issued(get(caller, id), secret);
    }

    private boolean isAhead(Instant time) {
        return sql.sql("SELECT :time > clock_timestamp()")
                .param("time", Timestamp.from(time))
                .query(Boolean.class)
                .single();
    }

    public ApiKey get(Caller caller, String id) {
        return sql.sql("SELECT * FROM api_key WHERE id = :id")
                .param("id", id)
                .query((row, n) -> key(row))
                .optional()
                .filter(key -> caller.mayAdminister(key.project()))
                .orElseThrow(() -> new NotFound("api_key", id));
    }

    /** Newest first, from behind {@code after}, which is an id; those that are over too. */
    public List<ApiKey> list(Caller caller, @Nullable String after, int limit) {
        return sql.sql("""
                SELECT * FROM api_key
                 WHERE (:all OR project = :project)
                   AND (CAST(:after AS text) IS NULL
                        OR (created_at, id) < (SELECT created_at, id FROM api_key WHERE id = :after))
                 ORDER BY created_at DESC, id DESC LIMIT :limit
                """)
                .param("all", caller.isOperator())
                .param("project", caller.project().name())
                .param("after", after == null ? null : get(caller, after).id())
                .param("limit", limit)
                .query((row, n) -> key(row))
                .list();
    }

    /** Ends a key at once and for good; it stays in the list. */
    public void revoke(Caller caller, String id) {
        sql.sql("UPDATE api_key SET revoked_at = clock_timestamp() WHERE id = :id AND revoked_at IS NULL")
                .param("id", get(caller, id).id())
                .update();
    }

    /** Who shows this secret; notes the use, at most once a minute. */
    Optional<Caller> caller(String secret) {
        return sql.sql("SELECT * FROM api_key WHERE hash = :hash AND " + LIVE)
                .param("hash", Secrets.hash(secret))
                .query((row, n) -> key(row))
                .optional()
                .map(key -> {
                    noteUse(key);
                    return Caller.of(key.project(), key.id(), key.scopes());
                });
    }

    /** Those of the keys, by id, that open the server now. */
    List<String> live(Collection<String> ids) {
        return sql.sql("SELECT id FROM api_key WHERE id IN (:ids) AND " + LIVE)
                .param("ids", ids)
                .query((row, n) -> row.getString(1))
                .list();
    }

    private void noteUse(ApiKey key) {
        sql.sql("""
                UPDATE api_key SET last_used_at = clock_timestamp()
                 WHERE id = :id AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')
                """).param("id", key.id()).update();
    }

    /** Whether there is a key with one of these scopes that would open the server. */
    boolean areThere(Scope... scopes) {
        return sql.sql("SELECT EXISTS (SELECT FROM api_key WHERE scopes && CAST(:scopes AS text[]) AND " + LIVE + ")")
                .param("scopes", Arrays.stream(scopes).map(Scope::word).toArray(String[]::new))
                .query(Boolean.class)
                .single();
    }

    private static ApiKey key(ResultSet row) throws SQLException {
        Set<Scope> scopes = Arrays.stream((String[]) row.getArray("scopes").getArray())
                .flatMap(word -> Scope.of(word).stream())
                .collect(Collectors.toSet());
        return new ApiKey(
                row.getString("id"),
                new Project(row.getString("project")),
                row.getString("name"),
                row.getString("prefix"),
                scopes,
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant(),
                time(row, "expires_at"),
                time(row, "revoked_at"),
                time(row, "last_used_at"));
    }

    private static @Nullable Instant time(ResultSet row, String column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }
}
