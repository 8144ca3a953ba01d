package dev.tandem.jobs;

import dev.tandem.home.TandemHome;
import dev.tandem.spec.Ids;
import dev.tandem.spec.Retention;
import dev.tandem.storage.Durable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** From where jobs can go on. The row is the truth; a folder without one is rubbish. */
@Component
class Checkpoints {

    private static final Logger LOG = LoggerFactory.getLogger(Checkpoints.class);

    private final JdbcClient sql;
    private final TandemHome home;

    Checkpoints(JdbcClient sql, TandemHome home) {
        this.sql = sql;
        this.home = home;
    }

    /** A complete checkpoint after {@code step} steps. */
    public record Checkpoint(String id, int step, long epoch, String path, long sizeBytes, Instant createdAt) {}

    /**
     * Notes a checkpoint of the job's present epoch and lets go of those beyond {@code limit}.
     *
     * @param best step of the checkpoint that may become the result; it stays
     */
    void add(Job job, int step, String path, long sizeBytes, @Nullable Integer limit, @Nullable Integer best) {
        Path folder = Path.of(path).normalize();
        Path allowed = home.checkpoints(job.id());
        if (!folder.startsWith(allowed) || folder.equals(allowed)) {
            // Rows decide which folders get deleted, so a worker may name only its own job's.
            throw new IllegalArgumentException("a checkpoint must lie below %s, was %s".formatted(allowed, path));
        }
        List<Checkpoint> before = of(job.id());
        before.stream()
                .filter(c -> c.step() == step && !c.path().equals(folder.toString()))
                .forEach(this::discard);
        sql.sql("""
                INSERT INTO checkpoint (id, job_id, step, epoch, path, size_bytes, created_at)
                VALUES (:id, :job, :step, :epoch, :path, :size, clock_timestamp())
                ON CONFLICT (job_id, step) DO NOTHING
                """)
                .param("id", Ids.fresh("ckpt_"))
                .param("job", job.id())
                .param("step", step)
                .param("epoch", job.epoch())
                .param("path", folder.toString())
                .param("size", sizeBytes)
                .update();
        List<Checkpoint> all = of(job.id()).reversed();
        List<Integer> surplus =
                Retention.surplus(all.stream().map(Checkpoint::step).toList(), limit, best);
        all.stream().filter(c -> surplus.contains(c.step())).forEach(this::discard);
    }

    /** Newest first. */
    List<Checkpoint> of(String job) {
        return sql.sql(
                        "SELECT id, step, epoch, path, size_bytes, created_at FROM checkpoint WHERE job_id = :job ORDER BY step DESC")
                .param("job", job)
                .query((row, n) -> new Checkpoint(
                        row.getString(1),
                        row.getInt(2),
                        row.getLong(3),
                        row.getString(4),
                        row.getLong(5),
                        row.getObject(6, Timestamp.class).toInstant()))
                .list();
    }

    /** Folders of the checkpoints that a job can go on from. */
    List<String> newestFirst(String job) {
        return of(job).stream()
                .map(Checkpoint::path)
                .filter(path -> Files.isDirectory(Path.of(path)))
                .toList();
    }

    /** All of the job's; nobody goes on from them any more. */
    void discardAll(String job) {
        of(job).forEach(this::discard);
    }

    /** The folder goes only after the row's end is certain. */
    private void discard(Checkpoint checkpoint) {
        sql.sql("DELETE FROM checkpoint WHERE id = :id")
                .param("id", checkpoint.id())
                .update();
        TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
            @Override
            public void afterCommit() {
                delete(Path.of(checkpoint.path()));
            }
        });
    }

    private static void delete(Path folder) {
        try {
            Durable.deleteTree(folder);
        } catch (IOException e) {
            LOG.warn("cannot delete the old checkpoint {}; the next clearing tries again", folder, e);
        }
    }
}
