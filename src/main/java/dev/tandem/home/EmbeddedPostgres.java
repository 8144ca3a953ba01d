package dev.tandem.home;

import dev.tandem.storage.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real PostgreSQL below the home folder, reachable from this machine only and with a password. It is started through
 * {@code pg_ctl}, which puts it into a session of its own: a Ctrl-C in the terminal reaches the service, not the
 * database under it, so that the service can still write down how its jobs ended. It outlives a killed server, whose
 * successor uses it again; and if it is killed itself, it is started again on its port.
 */
final class EmbeddedPostgres implements AutoCloseable {

    static final String USER = "tandem";

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedPostgres.class);
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration TO_BECOME_READY = Duration.ofMinutes(2);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(10);

    private final Path folder;
    private final FileChannel lock;
    private final PostgresCommands commands;
    private final PostmasterFile postmaster;
    private final String password;
    private final int port;
    private final Thread watch =
            Thread.ofPlatform().daemon().name("postgres-watch").unstarted(this::watch);

    EmbeddedPostgres(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
            this.lock = lock(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot use the database folder " + folder, e);
        }
        try {
            this.commands = new PostgresCommands(folder, PostgresBinaries.unpackedIn(folder));
            this.postmaster = new PostmasterFile(commands.data());
            this.password = password();
            this.port = start();
        } catch (IOException | RuntimeException e) {
            unlock();
            throw e instanceof IOException io
                    ? new UncheckedIOException("cannot start PostgreSQL in " + folder, io)
                    : (RuntimeException) e;
        } catch (InterruptedException e) {
            unlock();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while PostgreSQL started in " + folder, e);
        }
        watch.start();
    }

    String url() {
        return "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
    }

    String secret() {
        return password;
    }

    @Override
    public void close() {
        try {
            watch.interrupt();
            watch.join();
            if (postmaster.process().isPresent()) {
                commands.stop();
                LOG.info("PostgreSQL stopped; its data stays in {}", commands.data());
            }
        } catch (IOException e) {
            LOG.warn("cannot tell whether PostgreSQL still runs in {}", folder, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            unlock();
        }
    }

    private int start() throws IOException, InterruptedException {
        commands.initialize(USER, folder.resolve("password"));
        Optional<Integer> running = portOfEarlier();
        if (running.isPresent()) {
            LOG.info("PostgreSQL of an earlier server still runs on port {}; it is used again", running.get());
            return running.get();
        }
        int free = freePort();
        postmaster.forget();
        commands.start(free);
        LOG.info("PostgreSQL runs on 127.0.0.1:{}, data in {}", free, commands.data());
        return free;
    }

    /** A server that was killed leaves its database behind, perhaps in the middle of its start. */
    private Optional<Integer> portOfEarlier() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TO_BECOME_READY.toNanos();
        while (postmaster.process().isPresent()) {
            Optional<Integer> ready = postmaster.readyPort();
            if (ready.isPresent()) {
                return ready;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("PostgreSQL of an earlier server runs in %s but is not ready after %d s"
                        .formatted(commands.data(), TO_BECOME_READY.toSeconds()));
            }
            Thread.sleep(LOOK);
        }
        return Optional.empty();
    }

    private void watch() {
        Duration pause = LOOK;
        while (true) {
            try {
                Thread.sleep(pause);
                if (postmaster.process().isEmpty()) {
                    LOG.warn("PostgreSQL ended without being told to; it is started again on port {}", port);
                    postmaster.forget();
                    commands.start(port);
                    LOG.info("PostgreSQL runs again");
                }
                pause = LOOK;
            } catch (IOException | IllegalStateException | UncheckedIOException e) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
                LOG.warn("PostgreSQL does not start ({}); tried again in {} ms", e.getMessage(), pause.toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private String password() throws IOException {
        Path file = folder.resolve("password");
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
            Path draft = folder.resolve("password.partial");
            Files.deleteIfExists(draft);
            Files.writeString(Files.createFile(draft, owner), HexFormat.of().formatHex(random));
            Durable.sync(draft);
            Files.move(draft, file);
            Durable.sync(folder);
        }
        return Files.readString(file);
    }

    private static FileChannel lock(Path folder) throws IOException {
        FileChannel channel =
                FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            LOG.debug("the same process holds the lock of {}", folder);
        }
        channel.close();
        throw new HomeInUse(folder);
    }

    private void unlock() {
        try {
            lock.close();
        } catch (IOException e) {
            LOG.warn("cannot release the lock of {}; it goes with this process", folder, e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
