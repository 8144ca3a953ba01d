package dev.tandem.jobs;

import dev.tandem.spec.Conflict;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** The queues there are: {@code default}, and those that somebody declared. */
@Service
@Transactional
public class Queues {

    public static final String DEFAULT = "default";

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

    private final JdbcClient sql;
    private final JobTally tally;
    private final QueueProperties properties;

    Queues(JdbcClient sql, JobTally tally, QueueProperties properties) {
        this.sql = sql;
        this.tally = tally;
        this.properties = properties;
    }

    /**
     * A queue and how it stands.
     *
     * @param jobs how many are in each status
     * @param runningGpus GPUs that its jobs have now
     * @param usedSeconds what it used of the machines lately; the queue that has least for its weight is next
     * @param oldestWaitSeconds how long the job has waited that waits longest; null if none does
     */
    public record Queue(
            String name,
            double weight,
            @Nullable Integer maxRunning,
            @Nullable Integer maxGpus,
            boolean paused,
            Map<String, Long> jobs,
            long runningGpus,
            double usedSeconds,
            @Nullable Double oldestWaitSeconds) {}

    private record Use(String queue, long gpus, double seconds) {}

    private record Stored(
            String name,
            double weight,
            @Nullable Integer maxRunning,
            @Nullable Integer maxGpus,
            boolean paused) {}

    /** @param created whether it was not there before */
    public record Put(Queue queue, boolean created) {}

    /** By name. */
    @Transactional(readOnly = true)
    public List<Queue> list() {
        var counts = new TreeMap<String, JobTally.OfQueue>(tally.byQueue());
        var uses = new TreeMap<String, Use>();
        sql.sql("WITH " + Shares.SERVED
                        + "SELECT queue, sum(gpus) AS gpus, sum(seconds) AS seconds FROM served GROUP BY queue")
                .param("halfLife", properties.halfLifeSeconds())
                .query((row, n) -> new Use(row.getString(1), row.getLong(2), row.getDouble(3)))
                .list()
                .forEach(use -> uses.put(use.queue(), use));
        return sql
                .sql("SELECT name, weight, max_running, max_gpus, paused FROM queue ORDER BY name")
                .query((row, n) -> new Stored(
                        row.getString(1),
                        row.getDouble(2),
                        row.getObject(3, Integer.class),
                        row.getObject(4, Integer.class),
                        row.getBoolean(5)))
                .list()
                .stream()
                .map(queue -> view(queue, counts.get(queue.name()), uses.get(queue.name())))
                .toList();
    }

    private static Queue view(Stored queue, JobTally.@Nullable OfQueue jobs, @Nullable Use use) {
        return new Queue(
                queue.name(),
                queue.weight(),
                queue.maxRunning(),
                queue.maxGpus(),
                queue.paused(),
                jobs == null ? JobTally.NONE : jobs.counts(),
                use == null ? 0 : use.gpus(),
                use == null ? 0 : use.seconds(),
                jobs == null ? null : jobs.oldestWaitSeconds());
    }

    @Transactional(readOnly = true)
    public Queue get(String name) {
        return list().stream()
                .filter(queue -> queue.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NotFound("queue", name));
    }

    /**
     * Makes a queue, or changes one.
     *
     * @param fields of {@link QueueSettings}; one that is left out stays as it is
     */
    public Put put(String name, Map<String, ?> fields) {
        Optional<QueueSettings> before = settings(name);
        QueueSettings settings = Form.read(fields, before.orElse(QueueSettings.DEFAULTS));
        if (before.isEmpty() && !NAME.matcher(name).matches()) {
            throw new InvalidSpec(
                    "name",
                    "invalid_value",
                    "the name of a queue must be 1 to 63 letters, digits and . _ - and begin with a letter or digit, was \"%s\""
                            .formatted(name));
        }
        sql.sql("""
                INSERT INTO queue (name, weight, max_running, max_gpus, paused)
                VALUES (:name, :weight, :running, :gpus, :paused)
                ON CONFLICT (name) DO UPDATE
                   SET weight = excluded.weight, max_running = excluded.max_running, max_gpus = excluded.max_gpus,
                       paused = excluded.paused
                """)
                .param("name", name)
                .param("weight", settings.weight())
                .param("running", settings.maxRunning())
                .param("gpus", settings.maxGpus())
                .param("paused", settings.paused())
                .update();
        return new Put(get(name), before.isEmpty());
    }

    /** @throws Conflict if it is the default queue or has jobs that are not over */
    public void delete(String name) {
        if (name.equals(DEFAULT)) {
            throw new Conflict(
                    "name", "queue_in_use", "the queue default is always there; jobs that name no queue go there");
        }
        if (settings(name).isEmpty()) {
            throw new NotFound("queue", name);
        }
        String unfinished = tally.unfinishedOf(name);
        if (!unfinished.isEmpty()) {
            throw new Conflict(
                    "name",
                    "queue_in_use",
                    "queue %s has jobs that are not over (%s); cancel them or wait for their end"
                            .formatted(name, unfinished));
        }
        sql.sql("DELETE FROM queue WHERE name = :name").param("name", name).update();
    }

    /** Nothing if the queue is there; it then stays until the caller's transaction ends. */
    Optional<FieldProblem> problemOf(String name) {
        boolean there = sql.sql("SELECT name FROM queue WHERE name = :name FOR KEY SHARE")
                .param("name", name)
                .query(String.class)
                .optional()
                .isPresent();
        return there ? Optional.empty() : Optional.of(unknown(name));
    }

    private FieldProblem unknown(String name) {
        List<String> known = sql.sql("SELECT name FROM queue ORDER BY name")
                .query((row, n) -> row.getString(1))
                .list();
        String near =
                Form.nearest(name, known).map(" did you mean %s?"::formatted).orElse("");
        return new FieldProblem(
                "queue",
                "not_found",
                "queue names %s, which is not there;%s known are %s; PUT /api/v1/queues/NAME makes one"
                        .formatted(name, near, String.join(", ", known)));
    }

    /** The queue then stays as it is until the caller's transaction ends. */
    private Optional<QueueSettings> settings(String name) {
        return sql.sql("SELECT weight, max_running, max_gpus, paused FROM queue WHERE name = :name FOR UPDATE")
                .param("name", name)
                .query(QueueSettings.class)
                .optional();
    }
}
