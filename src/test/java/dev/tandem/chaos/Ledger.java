package dev.tandem.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;

/** Reads one job's history from the database and holds it against what must never happen. */
final class Ledger {

    private static final Pattern STEP = Pattern.compile("(?<!at) step (\\d+)/\\d+: ");
    private static final Pattern TURNED_AWAY = Pattern.compile("stopping, exit (44)");

    private final Path home;
    private final JdbcClient sql;
    private final String job;

    Ledger(Cluster cluster, String job) {
        this.home = cluster.home();
        this.sql = cluster.sql();
        this.job = job;
    }

    record Attempt(long epoch, String worker, Instant started, Instant ended, String outcome) {}

    /** @param epoch of the attempt that a status event tells of */
    record Event(
            long seq, Instant at, String type, @Nullable String status, long epoch) {}

    /** Something that a worker wrote. */
    record Written(String what, long epoch, Instant at) {}

    List<Attempt> attempts() {
        return sql.sql(
                        "SELECT epoch, worker, started_at, ended_at, outcome FROM attempt WHERE job_id = :job ORDER BY epoch")
                .param("job", job)
                .query((row, n) -> new Attempt(
                        row.getLong(1),
                        row.getString(2),
                        instant(row.getTimestamp(3)),
                        instant(row.getTimestamp(4)),
                        String.valueOf(row.getString(5))))
                .list();
    }

    List<Event> events() {
        return sql.sql("""
                SELECT seq, created_at, type, data ->> 'status', coalesce((data ->> 'epoch')::bigint, 0)
                  FROM event WHERE job_id = :job ORDER BY seq
                """)
                .param("job", job)
                .query((row, n) -> new Event(
                        row.getLong(1),
                        instant(row.getTimestamp(2)),
                        row.getString(3),
                        row.getString(4),
                        row.getLong(5)))
                .list();
    }

    /** The event that tells of the end of each attempt. */
    Map<Long, Event> ends() {
        var ends = new TreeMap<Long, Event>();
        for (Event event : events()) {
            boolean end = event.type().equals("status")
                    && List.of("queued", "paused", "succeeded", "failed", "cancelled")
                            .contains(String.valueOf(event.status()));
            if (end && event.epoch() > 0) {
                ends.putIfAbsent(event.epoch(), event);
            }
        }
        return ends;
    }

    /** Nothing lost, nothing twice, and nothing written for an attempt that was over. */
    void check(JsonNode told) {
        List<Attempt> attempts = attempts();
        Map<Long, Event> ends = ends();
        assertThat(attempts)
                .as("attempts of %s", job)
                .extracting(Attempt::epoch)
                .isEqualTo(upTo(attempts.size()));
        assertThat(ends.keySet()).as("every attempt of %s was ended", job).hasSameSizeAs(attempts);
        for (int i = 1; i < attempts.size(); i++) {
            assertThat(attempts.get(i).started())
                    .as("start of attempt %d of %s", i + 1, job)
                    .isAfterOrEqualTo(end(ends, i).at());
        }
        assertThat(attempts.stream().filter(a -> a.outcome().equals("succeeded")))
                .hasSize(told.get("status").asString().equals("succeeded") ? 1 : 0);
        assertThat(events()).extracting(Event::seq).as("events of %s", job).isEqualTo(upTo(events().size()));
        assertThat(strays())
                .as("written for attempts of %s that were over", job)
                .isEmpty();
        checkThatOnlyOwnersSpoke();
        assertThat(sql.sql("SELECT count(*) FROM lease WHERE job_id = :job")
                        .param("job", job)
                        .query(Long.class)
                        .single())
                .isZero();
    }

    private static Event end(Map<Long, Event> ends, long epoch) {
        return Objects.requireNonNull(ends.get(epoch));
    }

    /** What workers tell stands between the start and the end of an attempt. */
    private void checkThatOnlyOwnersSpoke() {
        boolean owned = false;
        for (Event event : events()) {
            if (event.type().equals("status")) {
                owned = List.of("starting", "running", "pausing").contains(String.valueOf(event.status()));
            } else if (List.of("started", "checkpoint").contains(event.type())) {
                assertThat(owned)
                        .as("%s of %s while no worker had it", event, job)
                        .isTrue();
            }
        }
    }

    /** What was written outside the time of its attempt. */
    List<Written> strays() {
        List<Attempt> attempts = attempts();
        Map<Long, Event> ends = ends();
        return written().stream()
                .filter(written -> {
                    @Nullable Event end = ends.get(written.epoch());
                    return end == null
                            || written.at().isAfter(end.at())
                            || written.at()
                                    .isBefore(attempts.get((int) written.epoch() - 1)
                                            .started());
                })
                .toList();
    }

    private List<Written> written() {
        return sql.sql("""
                SELECT split || ' metrics of step ' || step, epoch, created_at FROM metric WHERE job_id = :job
                 UNION ALL SELECT 'checkpoint of step ' || step, epoch, created_at FROM checkpoint WHERE job_id = :job
                """)
                .param("job", job)
                .query((row, n) -> new Written(row.getString(1), row.getLong(2), instant(row.getTimestamp(3))))
                .list();
    }

    /** The result is that of the run that nobody disturbed, and so is every number on the way. */
    void checkResult(Kind kind, Undisturbed undisturbed) throws IOException {
        List<String> digests = digests();
        assertThat(digests).as("models of %s", job).hasSize(1);
        Path folder = home.resolve("blobs/trees").resolve(digests.getFirst().replace("sha256:", ""));
        assertThat(Undisturbed.sha256(folder.resolve(kind.weights())))
                .as("weights of %s (%s)", job, kind)
                .isEqualTo(undisturbed.sha256());
        var metrics = new TreeMap<String, Map<String, String>>();
        sql.sql("SELECT split, step, \"values\"::text FROM metric WHERE job_id = :job")
                .param("job", job)
                .query(row -> {
                    metrics.put(
                            Undisturbed.key(row.getString(1), row.getInt(2)),
                            Undisturbed.timeless(Wire.JSON.readTree(row.getString(3))));
                });
        assertThat(metrics.keySet())
                .as("steps of %s", job)
                .isEqualTo(undisturbed.metrics().keySet());
        metrics.forEach((step, values) -> assertThat(values)
                .as("%s of %s (%s)", step, job, kind)
                .isEqualTo(undisturbed.metrics().get(step)));
        for (String path : sql.sql("SELECT path FROM checkpoint WHERE job_id = :job")
                .param("job", job)
                .query((row, n) -> row.getString(1))
                .list()) {
            assertThat(Path.of(path).resolve("state.json")).exists();
        }
    }

    /** Models that it made. */
    int results() {
        return digests().size();
    }

    private List<String> digests() {
        return sql.sql("SELECT digest FROM model WHERE job = :job")
                .param("job", job)
                .query((row, n) -> row.getString(1))
                .list();
    }

    int stepsDone() throws IOException {
        return printed(STEP).size();
    }

    /** Steps that were done again because of what was lost, and those that zombies did for nothing. */
    int stepsDoneTwice() throws IOException {
        List<String> steps = printed(STEP);
        return steps.size() - new HashSet<>(steps).size();
    }

    /** Workers that were told that their attempt is over. */
    int turnedAway() throws IOException {
        return printed(TURNED_AWAY).size();
    }

    private List<String> printed(Pattern line) throws IOException {
        var found = new ArrayList<String>();
        Path logs = home.resolve("logs").resolve(job);
        if (!Files.exists(logs)) {
            return found; // cancelled before its first attempt
        }
        try (Stream<Path> files = Files.list(logs)) {
            for (Path log : files.toList()) {
                line.matcher(Files.readString(log)).results().forEach(match -> found.add(match.group(1)));
            }
        }
        return found;
    }

    private static List<Long> upTo(int n) {
        return Stream.iterate(1L, i -> i + 1).limit(n).toList();
    }

    private static Instant instant(@Nullable Timestamp time) {
        return time == null ? Instant.MAX : time.toInstant();
    }
}
