package dev.tandem.jobs;

import dev.tandem.jobs.JobBoard.Filter;
import dev.tandem.spec.Wire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Reads pages of jobs, newest first. A query says only what is asked, so that PostgreSQL sees which index fits; and it asks
 * each status for its newest, because no index has the newest of several statuses in one order.
 */
@Component
class JobPages {

    private static final String NEWEST = " ORDER BY created_at DESC, id DESC LIMIT :limit";

    private final Jobs jobs;
    private final JdbcClient sql;

    JobPages(Jobs jobs, JdbcClient sql) {
        this.jobs = jobs;
        this.sql = sql;
    }

    /** Where a page ended. */
    record Place(Instant createdAt, String id) {}

    List<Job> page(String project, Filter filter, @Nullable Place after, int limit) {
        var binds = new HashMap<String, Object>(Map.of("project", project, "limit", limit));
        String where = where(filter, after, binds);
        String query = "SELECT id, created_at FROM job WHERE " + where + NEWEST;
        if (!filter.statuses().isEmpty() || filter.queue() != null) {
            binds.put("statuses", words(filter.statuses()));
            query = "SELECT j.id FROM unnest(:statuses) AS asked (word) CROSS JOIN LATERAL ("
                    + "SELECT id, created_at FROM job WHERE status = asked.word AND " + where + NEWEST + ") j" + NEWEST;
        }
        List<String> ids =
                sql.sql(query).params(binds).query((row, n) -> row.getString(1)).list();
        Map<String, Job> found = jobs.findByIdIn(ids).stream().collect(Collectors.toMap(Job::id, Function.identity()));
        return ids.stream().flatMap(id -> Stream.ofNullable(found.get(id))).toList();
    }

    private static String[] words(List<JobStatus> statuses) {
        List<JobStatus> asked = statuses.isEmpty() ? Arrays.asList(JobStatus.values()) : statuses;
        return asked.stream().distinct().map(JobStatus::word).toArray(String[]::new);
    }

    private static String where(Filter filter, @Nullable Place after, Map<String, Object> binds) {
        var all = new ArrayList<>(List.of("project = :project"));
        add(all, binds, "queue = :queue", "queue", filter.queue());
        add(all, binds, "name = :name", "name", filter.name());
        add(all, binds, "spec ->> 'method' = :method", "method", filter.method());
        add(all, binds, "created_at > CAST(:since AS timestamptz)", "since", filter.createdAfter());
        add(all, binds, "created_at < CAST(:until AS timestamptz)", "until", filter.createdBefore());
        if (!filter.labels().isEmpty()) {
            add(
                    all,
                    binds,
                    "labels @> CAST(:labels AS jsonb)",
                    "labels",
                    Wire.JSON.writeValueAsString(filter.labels()));
        }
        if (filter.unlabelled()) {
            all.add("labels = '{}'");
        }
        if (after != null) {
            add(all, binds, "(created_at, id) < (CAST(:time AS timestamptz), :id)", "time", after.createdAt());
            binds.put("id", after.id());
        }
        return String.join(" AND ", all);
    }

    private static void add(
            List<String> all, Map<String, Object> binds, String condition, String name, @Nullable Object value) {
        if (value != null) {
            all.add(condition);
            binds.put(name, value.toString());
        }
    }
}
