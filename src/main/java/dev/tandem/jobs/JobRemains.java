package dev.tandem.jobs;

import dev.tandem.home.TandemHome;
import dev.tandem.home.Trash;
import dev.tandem.storage.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Clears up what jobs leave on disk: checkpoints, state of workers, logs. Each method is one transaction; what is decided
 * of a job is decided with its row locked, so that no report comes in between.
 */
@Service
@Transactional
public class JobRemains {

    /** As workers call their checkpoints, half-written ones too. */
    private static final Pattern OF_ATTEMPT = Pattern.compile("\\.?attempt-(\\d+)-.*");

    private final Jobs jobs;
    private final JdbcClient sql;
    private final Checkpoints checkpoints;
    private final DatabaseClock clock;
    private final TandemHome home;
    private final Trash trash;

    JobRemains(Jobs jobs, JdbcClient sql, Checkpoints checkpoints, DatabaseClock clock, TandemHome home, Trash trash) {
        this.jobs = jobs;
        this.sql = sql;
        this.checkpoints = checkpoints;
        this.clock = clock;
        this.home = home;
        this.trash = trash;
    }

    /** Those of the jobs that there are. */
    @Transactional(readOnly = true)
    public Set<String> known(Collection<String> ids) {
        return new HashSet<>(sql.sql("SELECT id FROM job WHERE id = ANY(:ids)")
                .param("ids", ids.toArray(String[]::new))
                .query((row, n) -> row.getString(1))
                .list());
    }

    /** Jobs that ended longer ago than {@code age}, oldest first. */
    @Transactional(readOnly = true)
    public List<String> ended(Duration age, int limit) {
        return sql.sql("""
                SELECT id FROM job WHERE finished_at < clock_timestamp() - :ms * interval '1 millisecond'
                 ORDER BY finished_at LIMIT :limit
                """)
                .param("ms", age.toMillis())
                .param("limit", limit)
                .query((row, n) -> row.getString(1))
                .list();
    }

    /**
     * Lets go of what the job does not need any more.
     *
     * @param then what was written since stays, unless a row says otherwise: a worker writes before it reports
     * @param kept how long the checkpoints of a job that is over stay
     */
    public void clear(String id, Instant then, Duration kept) {
        Optional<Job> found = jobs.lock(id);
        if (found.isEmpty()) {
            takeIfOlder(Stream.of(home.checkpoints(id), home.workers().resolve(id)), then);
            return;
        }
        Job job = found.get();
        Instant finished = job.finishedAt();
        if (finished == null) {
            clearEarlierAttempts(job, then);
            return;
        }
        if (finished.plus(kept).isBefore(clock.now())) {
            checkpoints.discardAll(id);
        }
        takeIfOlder(withoutRow(job), then);
        takeIfOlder(Stream.of(home.workers().resolve(id)), then);
        deleteIfEmpty(home.checkpoints(id));
    }

    /** What the job's present attempt wrote may be reported yet; earlier ones are fenced. */
    private void clearEarlierAttempts(Job job, Instant then) {
        takeIfOlder(withoutRow(job).filter(folder -> epochOf(folder) < job.epoch()), then);
        Stream<Path> states = list(home.workers().resolve(job.id())).stream();
        takeIfOlder(states.filter(state -> number(name(state)) < job.epoch()), then);
    }

    /** Logs of a job that is gone. */
    public void clearLogs(String id, Instant then) {
        if (jobs.findById(id).isEmpty()) {
            takeIfOlder(Stream.of(home.logs().resolve(id)), then);
        }
    }

    private Stream<Path> withoutRow(Job job) {
        Set<String> rows = checkpoints.of(job.id()).stream()
                .map(Checkpoints.Checkpoint::path)
                .collect(Collectors.toSet());
        return list(home.checkpoints(job.id())).stream().filter(folder -> !rows.contains(folder.toString()));
    }

    private static long epochOf(Path folder) {
        Matcher name = OF_ATTEMPT.matcher(name(folder));
        return name.matches() ? number(name.group(1)) : Long.MAX_VALUE;
    }

    private static long number(String digits) {
        return digits.matches("\\d{1,18}") ? Long.parseLong(digits) : Long.MAX_VALUE;
    }

    private static String name(Path path) {
        return path.getFileName().toString();
    }

    private void takeIfOlder(Stream<Path> paths, Instant then) {
        paths.filter(path -> isOlder(path, then)).forEach(trash::take);
    }

    private static boolean isOlder(Path path, Instant then) {
        try {
            return Durable.lastTouched(path).isBefore(then);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot look at " + path, e);
        }
    }

    private static List<Path> list(Path folder) {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static void deleteIfEmpty(Path folder) {
        try {
            if (list(folder).isEmpty()) {
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }
}
