package dev.tandem.chaos;

import dev.tandem.chaos.Processes.WorkerProcess;
import dev.tandem.home.KillablePostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does faults in the order that a seed gives, several at once, and mends each after a while. */
final class Chaos implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Chaos.class);

    private final Cluster cluster;
    private final Random random;
    private final Duration lease;
    private final Duration longestPause;
    private final InstantSource clock = InstantSource.system();
    private final ScheduledExecutorService later = Executors.newScheduledThreadPool(16);
    private final Set<Object> down = ConcurrentHashMap.newKeySet();
    private final List<Hit> hits = Collections.synchronizedList(new ArrayList<>());
    private final Set<String> cancelled = ConcurrentHashMap.newKeySet();

    Chaos(Cluster cluster, long seed, Duration lease, Duration longestPause) {
        this.cluster = cluster;
        this.random = new Random(seed);
        this.lease = lease;
        this.longestPause = longestPause;
    }

    /** What happened, and the {@code job/epoch} of the worker that it happened to. */
    static final class Hit {
        final Fault fault;
        final Instant at;
        final @Nullable String attempt;
        volatile @Nullable Instant over;

        Hit(Fault fault, Instant at, @Nullable String attempt) {
            this.fault = fault;
            this.at = at;
            this.attempt = attempt;
        }

        @Override
        public String toString() {
            return "%s %s%s".formatted(at, fault, attempt == null ? "" : " of " + attempt);
        }
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** A moment of the schedule, and the next fault that there is someone for. */
    void next() {
        pause(Duration.ofMillis(random.nextLong(200, longestPause.toMillis())));
        for (int tries = 0; tries < 50 && !happens(pick()); tries++) {
            pause(Duration.ofMillis(100));
        }
    }

    private Fault pick() {
        int total = 0;
        for (Fault fault : Fault.values()) {
            total += fault.weight;
        }
        int drawn = random.nextInt(total);
        for (Fault fault : Fault.values()) {
            drawn -= fault.weight;
            if (drawn < 0) {
                return fault;
            }
        }
        throw new IllegalStateException("the weights changed while they were counted");
    }

    private boolean happens(Fault fault) {
        return switch (fault) {
            case WORKER_KILLED, WORKER_TERMINATED, WORKER_STOPPED_BRIEFLY, WORKER_STOPPED_FOR_LONG -> worker(fault);
            case SERVER_KILLED, SERVER_MOVED, SERVER_TERMINATED, SERVER_STOPPED_FOR_LONG ->
                server().map(one -> server(fault, one)).isPresent();
            case DATABASE_KILLED, DATABASE_STOPPED -> database(fault);
            case ALL_KILLED -> all();
            case JOB_PAUSED, JOB_CANCELLED -> job(fault);
        };
    }

    private boolean worker(Fault fault) {
        List<WorkerProcess> workers = Processes.workers(cluster.home());
        if (workers.isEmpty()) {
            return false;
        }
        WorkerProcess worker = workers.get(random.nextInt(workers.size()));
        switch (fault) {
            case WORKER_STOPPED_FOR_LONG -> stop(worker, lease.plusMillis(random.nextLong(500, 4_000)));
            case WORKER_STOPPED_BRIEFLY ->
                freeze(List.of(worker.process()), lease.dividedBy(3), note(fault, worker.attempt()), null);
            default -> {
                note(fault, worker.attempt());
                Processes.signal(worker.process(), fault == Fault.WORKER_KILLED ? "KILL" : "TERM");
            }
        }
        return true;
    }

    /** Longer than the lease. */
    Hit stop(WorkerProcess worker, Duration time) {
        Hit hit = note(Fault.WORKER_STOPPED_FOR_LONG, worker.attempt());
        freeze(List.of(worker.process()), time, hit, null);
        return hit;
    }

    private void freeze(List<ProcessHandle> processes, Duration time, Hit hit, @Nullable Object whole) {
        processes.forEach(process -> Processes.signal(process, "STOP"));
        after(time, hit, whole, () -> processes.forEach(process -> Processes.signal(process, "CONT")));
    }

    private void after(Duration time, Hit hit, @Nullable Object whole, Runnable mend) {
        ScheduledFuture<?> unused = later.schedule(
                () -> {
                    try {
                        mend.run();
                    } catch (RuntimeException | AssertionError e) {
                        LOG.error("{} cannot be mended", hit, e);
                    } finally {
                        hit.over = clock.instant();
                        if (whole != null) {
                            down.remove(whole);
                        }
                    }
                },
                time.toMillis(),
                TimeUnit.MILLISECONDS);
    }

    private Optional<ServerProcess> server() {
        List<ServerProcess> up =
                cluster.servers().stream().filter(one -> !down.contains(one)).toList();
        return up.isEmpty() ? Optional.empty() : Optional.of(up.get(random.nextInt(up.size())));
    }

    private Hit server(Fault fault, ServerProcess server) {
        down.add(server);
        Hit hit = note(fault, null);
        Duration away = Duration.ofMillis(random.nextLong(100, 4_000));
        switch (fault) {
            case SERVER_STOPPED_FOR_LONG ->
                freeze(List.of(server.handle()), lease.plusMillis(away.toMillis()), hit, server);
            case SERVER_TERMINATED -> {
                Processes.signal(server.handle(), "TERM");
                after(Duration.ZERO, hit, server, () -> {
                    server.handle().onExit().join();
                    start(server, false);
                });
            }
            default -> {
                Processes.signal(server.handle(), "KILL");
                after(away, hit, server, () -> start(server, fault == Fault.SERVER_MOVED));
            }
        }
        return hit;
    }

    private static void start(ServerProcess server, boolean elsewhere) {
        try {
            if (elsewhere) {
                server.startElsewhere();
            } else {
                server.start();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Cluster.await("server " + server.name + " is ready", Cluster.TO_START, server::isReadyOrStartedAgain);
    }

    private boolean database(Fault fault) {
        KillablePostgres database = cluster.database();
        if (!down.add(database)) {
            return false;
        }
        Hit hit = note(fault, null);
        Duration away = Duration.ofMillis(random.nextLong(100, 4_000));
        if (fault == Fault.DATABASE_STOPPED) {
            freeze(database.processes(), away, hit, database);
        } else {
            database.kill();
            after(away, hit, database, () -> {
                try {
                    database.start();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        return true;
    }

    private boolean all() {
        Optional<ServerProcess> server = server();
        if (server.isEmpty()
                || down.contains(cluster.database())
                || Processes.workers(cluster.home()).isEmpty()) {
            return false;
        }
        database(Fault.DATABASE_KILLED);
        server(Fault.SERVER_KILLED, server.get());
        worker(Fault.WORKER_KILLED);
        return true;
    }

    private boolean job(Fault fault) {
        List<String> running = cluster.unfinished().stream()
                .filter(job -> fault != Fault.JOB_CANCELLED || cluster.mayBeCancelled(job))
                .toList();
        if (running.isEmpty()) {
            return false;
        }
        String job = running.get(random.nextInt(running.size()));
        Hit hit = note(fault, null);
        if (fault == Fault.JOB_CANCELLED) {
            cancelled.add(job);
            after(Duration.ZERO, hit, null, () -> cluster.client().wish(job, "cancel"));
        } else {
            after(Duration.ZERO, hit, null, () -> cluster.pauseAndResume(job));
        }
        return true;
    }

    private Hit note(Fault fault, @Nullable String attempt) {
        var hit = new Hit(fault, clock.instant(), attempt);
        hits.add(hit);
        return hit;
    }

    List<Hit> hits() {
        return List.copyOf(hits);
    }

    Set<String> cancelled() {
        return Set.copyOf(cancelled);
    }

    Map<Fault, Long> counts() {
        var counts = new EnumMap<Fault, Long>(Fault.class);
        hits().forEach(hit -> counts.merge(hit.fault, 1L, Long::sum));
        return counts;
    }

    /** Waits until everything is mended. */
    @Override
    public void close() {
        later.shutdown();
        try {
            if (!later.awaitTermination(10, TimeUnit.MINUTES)) {
                throw new IllegalStateException("what was broken is not mended: " + later.shutdownNow());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
