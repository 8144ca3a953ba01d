package dev.tandem.jobs;

import dev.tandem.jobs.JobPages.Place;
import dev.tandem.security.Project;
import dev.tandem.spec.NotFound;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** Reads jobs as they stand. */
@Service
@Transactional(readOnly = true)
public class JobBoard {

    private final Jobs jobs;
    private final JobPages pages;
    private final JdbcClient sql;

    JobBoard(Jobs jobs, JobPages pages, JdbcClient sql) {
        this.jobs = jobs;
        this.pages = pages;
        this.sql = sql;
    }

    /**
     * What a job must be, all of it; null and empty for whatever it is.
     *
     * @param statuses of which it has one
     * @param labels pairs that it has
     * @param unlabelled whether it has none
     */
    public record Filter(
            List<JobStatus> statuses,
            @Nullable String queue,
            @Nullable String name,
            @Nullable String method,
            @Nullable Instant createdAfter,
            @Nullable Instant createdBefore,
            Map<String, String> labels,
            boolean unlabelled) {

        public static final Filter ANY = labelled(Map.of());
        public static final Filter UNLABELLED = new Filter(List.of(), null, null, null, null, null, Map.of(), true);

        public static Filter labelled(Map<String, String> labels) {
            return new Filter(List.of(), null, null, null, null, null, labels, false);
        }
    }

    /**
     * One run of a job.
     *
     * @param gpus of its machine that it had
     */
    public record Attempt(
            long epoch,
            String worker,
            Instant startedAt,
            @Nullable Instant endedAt,
            @Nullable String outcome,
            List<String> gpus) {}

    public Optional<Job> find(Project project, String id) {
        return jobs.findByProjectAndId(project.name(), id);
    }

    public Job get(Project project, String id) {
        return find(project, id).orElseThrow(() -> new NotFound("job", id));
    }

    /** Newest first, from behind {@code after}. */
    public List<Job> list(Project project, Filter filter, ScrollPosition after, int limit) {
        return pages.page(project.name(), filter, place(after), limit);
    }

    private static @Nullable Place place(ScrollPosition after) {
        Map<String, Object> keys = after instanceof KeysetScrollPosition keyset ? keyset.getKeys() : Map.of();
        return keys.get("createdAt") instanceof Instant time && keys.get("id") instanceof String id
                ? new Place(time, id)
                : null;
    }

    /** The attempts of each of the jobs, first to last. */
    public Map<String, List<Attempt>> attempts(Collection<String> ids) {
        var found = new HashMap<String, List<Attempt>>();
        if (ids.isEmpty()) {
            return found;
        }
        sql.sql("""
                SELECT job_id, epoch, worker, started_at, ended_at, outcome, gpus
                  FROM attempt WHERE job_id IN (:ids) ORDER BY job_id, epoch
                """).param("ids", ids).query(row -> {
            Timestamp ended = row.getTimestamp(5);
            found.computeIfAbsent(row.getString(1), id -> new ArrayList<>())
                    .add(new Attempt(
                            row.getLong(2),
                            row.getString(3),
                            row.getTimestamp(4).toInstant(),
                            ended == null ? null : ended.toInstant(),
                            row.getString(6),
                            Fleet.texts(row, 7)));
        });
        return found;
    }
}
