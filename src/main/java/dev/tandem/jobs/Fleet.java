package dev.tandem.jobs;

import dev.tandem.security.Project;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The machines that run workers, and what runs on them. */
@Service
@Transactional
public class Fleet {

    private final JdbcClient sql;

    Fleet(JdbcClient sql) {
        this.sql = sql;
    }

    /**
     * What a machine gives to jobs.
     *
     * @param slots jobs at one time
     * @param gpus names of its GPUs, as in {@code CUDA_VISIBLE_DEVICES}
     */
    public record Offer(String machine, int slots, List<String> gpus) {}

    /**
     * A machine that runs workers, or ran some lately.
     *
     * @param present whether it was heard of lately
     */
    public record Machine(
            String name,
            boolean present,
            int slots,
            int freeSlots,
            List<Gpu> gpus,
            @Nullable Double heartbeatAgeSeconds,
            List<Run> jobs) {}

    /** @param job that has it; null if it is free, or if another project's has it */
    public record Gpu(String id, boolean free, @Nullable String job) {}

    /** An attempt that runs on a machine. */
    public record Run(
            String job,
            String name,
            String queue,
            int priority,
            String status,
            long epoch,
            List<String> gpus,
            Instant startedAt,
            Instant heartbeatAt,
            double heartbeatAgeSeconds,
            Instant expiresAt) {}

    private record Placed(String project, Run run) {

        boolean isOf(Project other) {
            return project.equals(other.name());
        }
    }

    private record Known(String name, boolean present, int slots, List<String> gpus, double age) {}

    /** Tells the others of this machine; to be repeated within {@code valid}. */
    public void report(Offer offer, Duration valid) {
        sql.sql("""
                INSERT INTO machine (name, slots, gpus, seen_at, present_until)
                VALUES (:name, :slots, :gpus, clock_timestamp(), clock_timestamp() + :ms * interval '1 millisecond')
                ON CONFLICT (name) DO UPDATE
                   SET slots = excluded.slots, gpus = excluded.gpus, seen_at = excluded.seen_at,
                       present_until = excluded.present_until
                """)
                .param("name", offer.machine())
                .param("slots", offer.slots())
                .param("gpus", offer.gpus().toArray(String[]::new))
                .param("ms", valid.toMillis())
                .update();
        sql.sql("DELETE FROM machine WHERE present_until < clock_timestamp() - interval '1 day'")
                .update();
    }

    /** The machine starts no worker any more. */
    public void leave(String machine) {
        sql.sql(
                        "UPDATE machine SET present_until = clock_timestamp() WHERE name = :name AND present_until > clock_timestamp()")
                .param("name", machine)
                .update();
    }

    /** Whether any machine that is there has a GPU. */
    @Transactional(readOnly = true)
    public boolean hasGpus() {
        return sql.sql("SELECT EXISTS (SELECT FROM machine WHERE present_until > clock_timestamp() AND gpus <> '{}')")
                .query(Boolean.class)
                .single();
    }

    /** GPUs of the attempts, over or not. */
    @Transactional(readOnly = true)
    public List<String> gpusOf(Collection<Attempts.AttemptId> attempts) {
        var all = new ArrayList<String>();
        for (Attempts.AttemptId id : attempts) {
            all.addAll(sql.sql("SELECT unnest(gpus) FROM attempt WHERE job_id = :job AND epoch = :epoch")
                    .param("job", id.job())
                    .param("epoch", id.epoch())
                    .query(String.class)
                    .list());
        }
        return all;
    }

    /**
     * By name; one that has work is listed even if nothing is known of it. Jobs of other projects take room, but nothing
     * is told of them.
     */
    @Transactional(readOnly = true)
    public List<Machine> machines(Project project) {
        Map<String, List<Placed>> runs = runs();
        var all = new ArrayList<Machine>();
        for (Known known : known()) {
            List<Placed> here = runs.getOrDefault(known.name(), List.of());
            runs.remove(known.name());
            all.add(new Machine(
                    known.name(),
                    known.present(),
                    known.slots(),
                    Math.max(0, known.slots() - here.size()),
                    known.gpus().stream().map(gpu -> gpu(gpu, here, project)).toList(),
                    known.age(),
                    visible(here, project)));
        }
        runs.forEach((name, here) -> all.add(new Machine(name, false, 0, 0, List.of(), null, visible(here, project))));
        return all;
    }

    private static Gpu gpu(String id, List<Placed> runs, Project project) {
        return runs.stream()
                .filter(placed -> placed.run.gpus().contains(id))
                .map(placed -> new Gpu(id, false, placed.isOf(project) ? placed.run.job() : null))
                .findFirst()
                .orElse(new Gpu(id, true, null));
    }

    private static List<Run> visible(List<Placed> runs, Project project) {
        return runs.stream()
                .filter(placed -> placed.isOf(project))
                .map(Placed::run)
                .toList();
    }

    private List<Known> known() {
        return sql.sql("""
                SELECT name, present_until > clock_timestamp(), slots, gpus, extract(epoch FROM clock_timestamp() - seen_at)
                  FROM machine ORDER BY name
                """)
                .query((row, n) ->
                        new Known(row.getString(1), row.getBoolean(2), row.getInt(3), texts(row, 4), row.getDouble(5)))
                .list();
    }

    private Map<String, List<Placed>> runs() {
        var found = new HashMap<String, List<Placed>>();
        sql.sql("""
                SELECT l.worker, l.job_id, j.name, j.queue, j.priority, j.status, l.epoch, a.gpus, a.started_at,
                       l.heartbeat_at, extract(epoch FROM clock_timestamp() - l.heartbeat_at), l.expires_at, j.project
                  FROM lease l
                  JOIN job j ON j.id = l.job_id
                  JOIN attempt a ON a.job_id = l.job_id AND a.epoch = l.epoch
                 ORDER BY l.worker, a.started_at
                """).query(row -> {
            found.computeIfAbsent(row.getString(1), name -> new ArrayList<>())
                    .add(new Placed(
                            row.getString(13),
                            new Run(
                                    row.getString(2),
                                    row.getString(3),
                                    row.getString(4),
                                    row.getInt(5),
                                    row.getString(6),
                                    row.getLong(7),
                                    texts(row, 8),
                                    row.getTimestamp(9).toInstant(),
                                    row.getTimestamp(10).toInstant(),
                                    row.getDouble(11),
                                    row.getTimestamp(12).toInstant())));
        });
        return found;
    }

    static List<String> texts(ResultSet row, int column) throws SQLException {
        Array array = row.getArray(column);
        return List.of((String[]) array.getArray());
    }
}
