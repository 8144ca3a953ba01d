package dev.tandem.chaos;

import dev.tandem.home.KillablePostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;
import tools.jackson.databind.JsonNode;

/** Two servers on one database and one home, and the jobs that they were given. */
final class Cluster implements AutoCloseable {

    static final Duration TO_START = Duration.ofMinutes(4);
    private static final Duration TO_END = Duration.ofMinutes(8);

    private final Path home;
    private final KillablePostgres database;
    private final List<ServerProcess> servers = new ArrayList<>();
    private final Client client;
    private final Map<String, Kind> jobs = new ConcurrentHashMap<>();
    private final Set<String> mayBeCancelled = ConcurrentHashMap.newKeySet();
    private final Set<String> over = ConcurrentHashMap.newKeySet();
    private final Map<Kind, Map<String, Object>> inputs = new HashMap<>();

    Cluster(Path home, Duration lease) throws IOException {
        this.home = home.toAbsolutePath().normalize();
        FileSystemUtils.deleteRecursively(this.home);
        Files.createDirectories(this.home);
        Path database = this.home.resolveSibling("database");
        FileSystemUtils.deleteRecursively(database);
        this.database = new KillablePostgres(database);
        for (String name : List.of("a", "b")) {
            servers.add(new ServerProcess(name, this.home, this.database, lease));
        }
        client = new Client(servers);
    }

    void start() throws IOException {
        servers.getFirst().start(); // alone, so that one makes the tables
        await("the first server is ready", TO_START, servers.getFirst()::isReady);
        servers.getLast().start();
        await("the second server is ready", TO_START, servers.getLast()::isReady);
    }

    Path home() {
        return home;
    }

    KillablePostgres database() {
        return database;
    }

    List<ServerProcess> servers() {
        return servers;
    }

    Client client() {
        return client;
    }

    Map<String, Kind> jobs() {
        return jobs;
    }

    void upload(List<Kind> kinds) throws IOException {
        for (Kind kind : kinds) {
            inputs.put(kind, client.inputs(kind));
        }
    }

    String submit(Kind kind, int steps) {
        var request = new HashMap<>(inputs.getOrDefault(kind, Map.of()));
        request.putAll(kind.settings(steps));
        request.put("max_retries", 100); // all faults may hit one job
        String job = client.submit(request, "job %d".formatted(jobs.size()));
        jobs.put(job, kind);
        if (jobs.size() % 4 == 0) {
            mayBeCancelled.add(job);
        }
        return job;
    }

    /** Most jobs are to have a result that can be compared. */
    boolean mayBeCancelled(String job) {
        return mayBeCancelled.contains(job);
    }

    List<String> unfinished() {
        return jobs.keySet().stream().sorted().filter(job -> !isOver(job)).toList();
    }

    private boolean isOver(String job) {
        if (!over.contains(job) && hasFinished(job)) {
            over.add(job);
        }
        return over.contains(job);
    }

    private boolean hasFinished(String job) {
        return client.jobIfReachable(job)
                .filter(answer -> !answer.get("finished_at").isNull())
                .isPresent();
    }

    String status(String job) {
        return client.job(job).get("status").asString();
    }

    /** Until the job is paused, or over before it heard of it. */
    void pauseAndResume(String job) {
        if (client.wish(job, "pause")) {
            await(job + " is paused", TO_END, () -> status(job).equals("paused") || isOver(job));
            client.wish(job, "resume");
        }
    }

    void awaitAll() {
        for (String job : jobs.keySet()) {
            try {
                await(job + " ends", TO_END, () -> isOver(job));
            } catch (AssertionError e) {
                throw new AssertionError(
                        "%s: %s".formatted(e.getMessage(), client.job(job).toPrettyString()), e);
            }
        }
        await("all workers end", TO_END, () -> Processes.workers(home).isEmpty());
    }

    JsonNode job(String id) {
        return client.job(id);
    }

    JdbcClient sql() {
        return JdbcClient.create(
                new DriverManagerDataSource(database.url(), KillablePostgres.USER, KillablePostgres.PASSWORD));
    }

    /** How each worker ended that a server saw end, by {@code job/epoch}. */
    Map<String, Integer> exitCodes() throws IOException {
        var codes = new HashMap<String, Integer>();
        for (ServerProcess server : servers) {
            var ended = java.util.regex.Pattern.compile(
                            "the worker of (job_\\w+), attempt (\\d+) ended with exit code (\\d+)")
                    .matcher(Files.readString(server.log()));
            while (ended.find()) {
                codes.put(ended.group(1) + "/" + ended.group(2), Integer.parseInt(ended.group(3)));
            }
        }
        return codes;
    }

    static void await(String what, Duration patience, BooleanSupplier condition) {
        awaitOne(what, patience, () -> condition.getAsBoolean() ? Optional.of(true) : Optional.empty());
    }

    static <T> T awaitOne(String what, Duration patience, Supplier<Optional<T>> found) {
        long deadline = System.nanoTime() + patience.toNanos();
        for (Optional<T> next = found.get(); true; next = found.get()) {
            if (next.isPresent()) {
                return next.get();
            }
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within %d s: %s".formatted(patience.toSeconds(), what));
            }
            Chaos.pause(Duration.ofMillis(100));
        }
    }

    @Override
    public void close() {
        servers.forEach(ServerProcess::kill);
        Processes.workers(home).forEach(worker -> worker.process().destroyForcibly());
        database.close();
    }
}
