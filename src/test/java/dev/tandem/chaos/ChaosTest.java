package dev.tandem.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.chaos.Chaos.Hit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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

    private final long seed = Long.getLong("chaos.seed", 20_261_128);
    private final int faults = Integer.getInteger("chaos.faults", 10);
    private final int steps = Integer.getInteger("chaos.steps", 300);
    private final int jobsAtOnce = Integer.getInteger("chaos.jobs", 2);
    private final Duration lease = Duration.ofMillis(Integer.getInteger("chaos.lease-millis", 3_000));
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
            var chaos = new Chaos(cluster, seed, lease);
            try (chaos) {
                for (int fault = 0; fault < faults; fault = chaos.hits().size()) {
                    while (cluster.unfinished().size() < jobsAtOnce) {
                        cluster.submit(kinds.get(cluster.jobs().size() % kinds.size()), steps);
                    }
                    chaos.next();
                }
            } finally {
                LOG.info("seed {}: {}", seed, lines(chaos.hits()));
            }
            cluster.awaitAll();
            check(cluster, chaos, undisturbed);
        }
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
        var digests = new EnumMap<Kind, String>(Kind.class);
        int equal = 0;
        int doneTwice = 0;
        for (Map.Entry<String, Kind> entry : cluster.jobs().entrySet()) {
            var ledger = new Ledger(cluster, entry.getKey());
            JsonNode job = cluster.job(entry.getKey());
            boolean done = job.get("status").asString().equals("succeeded");
            assertThat(done || chaos.cancelled().contains(entry.getKey()))
                    .as(job.toPrettyString())
                    .isTrue();
            ledger.check(job);
            if (done) {
                ledger.checkResult(entry.getValue(), Objects.requireNonNull(undisturbed.get(entry.getValue())));
                equal++;
            }
            String digest = job.get("run_digest").asString();
            assertThat(digests.getOrDefault(entry.getValue(), digest)).isEqualTo(digest);
            digests.put(entry.getValue(), digest);
            doneTwice += ledger.stepsDoneTwice();
            figures.add(entry.getKey(), ledger);
        }
        assertThat(cluster.sql()
                        .sql("SELECT count(*) FROM job")
                        .query(Long.class)
                        .single())
                .isEqualTo(cluster.jobs().size());
        checkZombies(cluster, chaos.hits());
        String table = figures.table(seed, chaos.counts(), cluster.jobs().size(), equal, doneTwice, equal * steps);
        LOG.info("\n{}", table);
        Files.writeString(folder.resolve("figures.md"), table);
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
