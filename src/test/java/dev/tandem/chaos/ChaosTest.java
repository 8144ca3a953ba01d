package dev.tandem.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.chaos.Chaos.Hit;
import dev.tandem.chaos.Processes.WorkerProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Two servers, their database and their workers are killed and stopped at random while real jobs train. Afterwards no job
 * is lost and none is done twice, no worker that was given up has written anything, and every result has the bytes of a
 * run that was left alone. {@code -Pchaos} makes it long; see {@code docs/reliability.md}.
 */
class ChaosTest {

    private static final Logger LOG = LoggerFactory.getLogger(ChaosTest.class);

    /** For a poll of the queue, and for a machine that has more to do than this. */
    private static final Duration SLACK = Duration.ofSeconds(5);

    private final long seed = Long.getLong("chaos.seed", 20_261_128);
    private final int faults = Integer.getInteger("chaos.faults", 10);
    private final int steps = Integer.getInteger("chaos.steps", 200);
    private final int jobsAtOnce = Integer.getInteger("chaos.jobs", 3);
    private final Duration lease = Duration.ofMillis(Integer.getInteger("chaos.lease-millis", 2_000));
    private final Duration longestPause = Duration.ofMillis(Integer.getInteger("chaos.pause-millis", 2_500));
    private final List<Kind> kinds = Stream.of(
                    System.getProperty("chaos.kinds", "FULL,SYNCED_REFERENCE").split(","))
            .map(Kind::valueOf)
            .toList();
    private final Path folder = Path.of("target/chaos");

    @Test
    void whateverHappensTheJobsEndAsIfNothingHadHappened() throws Exception {
        try (var cluster = new Cluster(folder.resolve("home"), lease)) {
            CompletableFuture<Map<Kind, Undisturbed>> alone = CompletableFuture.supplyAsync(this::undisturbed);
            cluster.start();
            cluster.upload(kinds);
            Map<Kind, Undisturbed> undisturbed = alone.get();
            var chaos = new Chaos(cluster, seed, lease, longestPause);
            try (chaos) {
                submit(cluster);
                checkSharing(cluster);
                loseOne(cluster, chaos);
                while (chaos.hits().size() < faults) {
                    submit(cluster);
                    chaos.next();
                }
            } finally {
                LOG.info("seed {}: {}", seed, lines(chaos.hits()));
            }
            cluster.awaitAll();
            check(cluster, chaos, undisturbed);
        }
    }

    private void submit(Cluster cluster) {
        while (cluster.unfinished().size() < jobsAtOnce) {
            cluster.submit(kinds.get(cluster.jobs().size() % kinds.size()), steps);
        }
    }

    /** One server has no room for all of them. */
    private void checkSharing(Cluster cluster) {
        Cluster.await(
                "all jobs run",
                Duration.ofMinutes(3),
                () -> cluster.jobs().keySet().stream()
                        .allMatch(job -> cluster.status(job).equals("running")));
        assertThat(cluster.jobs().keySet())
                .extracting(
                        job -> new Ledger(cluster, job).attempts().getFirst().worker())
                .contains("a", "b");
    }

    /** While all else is well, a worker that falls silent is given up in time, and its job goes on at once. */
    private void loseOne(Cluster cluster, Chaos chaos) {
        for (int tries = 1; !stopOne(cluster, chaos); tries++) {
            assertThat(tries).as("workers that fell silent by themselves").isLessThan(6);
        }
    }

    /** @return false if the worker had fallen silent before, for want of a processor */
    private boolean stopOne(Cluster cluster, Chaos chaos) {
        WorkerProcess victim = Cluster.awaitOne("a worker is at work", Duration.ofMinutes(2), () -> atWork(cluster));
        var ledger = new Ledger(cluster, victim.job());
        Hit hit = chaos.stop(victim, lease.plus(SLACK).plus(SLACK));
        Cluster.await(
                "the next attempt starts",
                lease.plus(SLACK).plus(SLACK),
                () -> ledger.attempts().size() > victim.epoch());
        Instant noticed =
                Objects.requireNonNull(ledger.ends().get(victim.epoch())).at();
        assertThat(noticed).isBefore(hit.at.plus(lease).plus(SLACK));
        assertThat(ledger.attempts().get((int) victim.epoch()).started()).isBefore(noticed.plus(SLACK));
        return noticed.isAfter(hit.at.plus(lease.dividedBy(2)));
    }

    private static Optional<WorkerProcess> atWork(Cluster cluster) {
        return Processes.workers(cluster.home()).stream()
                .filter(worker -> cluster.status(worker.job()).equals("running"))
                .filter(worker -> new Ledger(cluster, worker.job()).attempts().size() == worker.epoch())
                .findFirst();
    }

    private Map<Kind, Undisturbed> undisturbed() {
        var runs = new EnumMap<Kind, Undisturbed>(Kind.class);
        try {
            org.springframework.util.FileSystemUtils.deleteRecursively(folder.resolve("alone"));
            for (Kind kind : kinds) {
                runs.put(
                        kind,
                        Undisturbed.of(kind, steps, folder.resolve("alone").resolve(kind.word())));
            }
            return runs;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void check(Cluster cluster, Chaos chaos, Map<Kind, Undisturbed> undisturbed) throws IOException {
        var figures = new Figures(chaos.hits());
        try {
            for (Map.Entry<String, Kind> entry : cluster.jobs().entrySet()) {
                var ledger = new Ledger(cluster, entry.getKey());
                figures.add(entry.getKey(), ledger);
                checkJob(cluster, ledger, entry, chaos, undisturbed, figures);
            }
            assertThat(cluster.sql()
                            .sql("SELECT count(*) FROM job")
                            .query(Long.class)
                            .single())
                    .isEqualTo(cluster.jobs().size());
            checkZombies(cluster, chaos.hits());
        } finally {
            String title = "seed %d, %d faults, lease %d ms, %d steps a job"
                    .formatted(seed, chaos.hits().size(), lease.toMillis(), steps);
            String table = figures.table(title, chaos.counts(), cluster.jobs().size());
            LOG.info("\n{}", table);
            Files.writeString(folder.resolve("figures.md"), table);
        }
    }

    private static void checkJob(
            Cluster cluster,
            Ledger ledger,
            Map.Entry<String, Kind> entry,
            Chaos chaos,
            Map<Kind, Undisturbed> undisturbed,
            Figures figures)
            throws IOException {
        JsonNode job = cluster.job(entry.getKey());
        ledger.check(job);
        String end = job.get("status").asString();
        if (end.equals("cancelled")) {
            assertThat(chaos.cancelled()).contains(entry.getKey());
            figures.cancelled();
            return;
        }
        assertThat(end).as(job.toPrettyString()).isEqualTo("succeeded");
        ledger.checkResult(entry.getValue(), Objects.requireNonNull(undisturbed.get(entry.getValue())));
        assertThat(job.get("run_digest").asString()).isEqualTo(digest(cluster, entry.getValue()));
        figures.equal();
    }

    /** Of the first job of its kind; all that come after it are the same job again. */
    private static String digest(Cluster cluster, Kind kind) {
        return cluster.sql()
                .sql("SELECT run_digest FROM job WHERE id = ANY (:jobs) ORDER BY created_at LIMIT 1")
                .param(
                        "jobs",
                        cluster.jobs().entrySet().stream()
                                .filter(job -> job.getValue() == kind)
                                .map(Map.Entry::getKey)
                                .toArray(String[]::new))
                .query(String.class)
                .single();
    }

    /** Who slept until its attempt was lost ended with 44 when it woke up, if it was let live until then. */
    private static void checkZombies(Cluster cluster, List<Hit> hits) throws IOException {
        Map<String, Integer> exits = cluster.exitCodes();
        for (Hit hit : hits) {
            String attempt = String.valueOf(hit.attempt);
            Instant woke = hit.over;
            if (hit.fault != Fault.WORKER_STOPPED_FOR_LONG || woke == null) {
                continue;
            }
            String[] parts = attempt.split("/");
            var ledger = new Ledger(cluster, parts[0]);
            var end = ledger.ends().get(Long.parseLong(parts[1]));
            String outcome =
                    ledger.attempts().get(Integer.parseInt(parts[1]) - 1).outcome();
            if (outcome.equals("lost") && end != null && end.at().isBefore(woke)) {
                String log = Files.readString(
                        cluster.home().resolve("logs").resolve(parts[0]).resolve(parts[1] + ".log"));
                assertThat(log).as("log of the zombie %s", attempt).doesNotContain("everything is delivered");
                if (hits.stream().noneMatch(other -> ends(other, attempt, hit))) {
                    assertThat(log).as("log of the zombie %s", attempt).contains("exit 44");
                    assertThat(exits.getOrDefault(attempt, 44))
                            .as("exit code of %s", attempt)
                            .isEqualTo(44);
                }
            }
        }
    }

    private static boolean ends(Hit other, String attempt, Hit hit) {
        // A server that is stopped in order stops all workers that it knows.
        boolean byServer = other.fault == Fault.SERVER_TERMINATED && other.at.isAfter(hit.at.minusSeconds(15));
        return byServer
                || attempt.equals(other.attempt)
                        && other != hit
                        && (other.fault == Fault.WORKER_KILLED || other.fault == Fault.WORKER_TERMINATED);
    }

    private static String lines(List<Hit> hits) {
        return hits.stream().map(hit -> "\n  " + hit).collect(Collectors.joining());
    }
}
