package dev.tandem.jobs;

import dev.tandem.jobs.JobField.Binds;
import dev.tandem.security.Project;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Finds jobs by what was asked for and what came of it. */
@Service
@Transactional(readOnly = true)
public class JobSearch {

    private final Jobs jobs;
    private final JdbcClient sql;

    JobSearch(Jobs jobs, JdbcClient sql) {
        this.jobs = jobs;
        this.sql = sql;
    }

    public enum Comparison {
        EQUAL("="),
        UNEQUAL("<>"),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">="),
        LIKE("LIKE"),
        ILIKE("ILIKE"),
        IN("IN"),
        NOT_IN("NOT IN");

        private final String sql;

        Comparison(String sql) {
            this.sql = sql;
        }

        public boolean takesList() {
            return this == IN || this == NOT_IN;
        }

        public boolean takesPattern() {
            return this == LIKE || this == ILIKE;
        }
    }

    /**
     * A job without the field does not fulfil it, whatever the comparison.
     *
     * @param values {@link Double}s for a field that is a number, else {@link String}s; one, unless the comparison takes a list
     */
    public record Condition(JobField field, Comparison comparison, List<?> values) {

        private String sql(Binds binds) {
            String left = field.sql(binds);
            return comparison.takesList()
                    ? "%s %s (%s)".formatted(left, comparison.sql, binds.add(values))
                    : "%s %s %s".formatted(left, comparison.sql, binds.add(values.getFirst()));
        }
    }

    public record Order(JobField field, boolean ascending) {

        private String sql(Binds binds) {
            return "%s %s NULLS LAST".formatted(field.sql(binds), ascending ? "ASC" : "DESC");
        }
    }

    /** When the first job of a queue was made, and when one of them last began or ended. */
    public record QueueSpan(String queue, Instant first, Instant last) {}

    /** In the given orders, then newest first. */
    public List<Job> find(
            Project project,
            Collection<String> queues,
            List<Condition> conditions,
            List<Order> orders,
            long skip,
            int limit) {
        if (queues.isEmpty()) {
            return List.of();
        }
        var binds = new Binds();
        String where = conditions.stream()
                .map(condition -> " AND " + condition.sql(binds))
                .collect(Collectors.joining());
        String order = Stream.concat(
                        orders.stream().map(each -> each.sql(binds)), Stream.of("j.created_at DESC", "j.id DESC"))
                .collect(Collectors.joining(", "));
        List<String> ids = sql.sql("SELECT j.id FROM job j WHERE j.project = :project AND j.queue IN (:queues)" + where
                        + " ORDER BY " + order + " OFFSET :skip LIMIT :limit")
                .params(binds.values())
                .param("project", project.name())
                .param("queues", queues)
                .param("skip", skip)
                .param("limit", limit)
                .query((row, n) -> row.getString(1))
                .list();
        Map<String, Job> found = jobs.findByIdIn(ids).stream().collect(Collectors.toMap(Job::id, Function.identity()));
        return ids.stream().flatMap(id -> Stream.ofNullable(found.get(id))).toList();
    }

    public List<QueueSpan> queues(Project project) {
        return sql.sql("""
                SELECT queue, min(created_at), max(coalesce(finished_at, started_at, created_at))
                  FROM job WHERE project = :project GROUP BY queue ORDER BY queue
                """)
                .param("project", project.name())
                .query((row, n) -> new QueueSpan(
                        row.getString(1),
                        row.getTimestamp(2).toInstant(),
                        row.getTimestamp(3).toInstant()))
                .list();
    }
}
