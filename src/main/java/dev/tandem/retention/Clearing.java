package dev.tandem.retention;

import dev.tandem.home.TandemHome;
import dev.tandem.home.Trash;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** One look for everything that may go. */
@Component
class Clearing {

    private static final Logger LOG = LoggerFactory.getLogger(Clearing.class);

    private final HomeOwner owner;
    private final LeftContent content;
    private final LeftOfJobs jobs;
    private final BlobStore blobs;
    private final Trash trash;
    private final Path uploads;

    Clearing(HomeOwner owner, LeftContent content, LeftOfJobs jobs, BlobStore blobs, Trash trash, TandemHome home) {
        this.owner = owner;
        this.content = content;
        this.jobs = jobs;
        this.blobs = blobs;
        this.trash = trash;
        this.uploads = home.uploads();
    }

    void run(RetentionProperties rules, Instant now) {
        if (!owner.isThisDatabase()) {
            return;
        }
        Instant then = now.minus(rules.leftovers());
        Duration age = rules.jobs();
        int ended = age == null ? 0 : jobs.deleteEnded(age);
        jobs.clear(then, rules.checkpoints());
        int staged = blobs.sweep(then);
        int stored = content.clear(then);
        clearUploads(then);
        trash.empty();
        if (ended + staged + stored > 0) {
            LOG.info(
                    "cleared up: {} jobs that ended long ago, {} unfinished writes, {} stored folders that nothing points to",
                    ended,
                    staged,
                    stored);
        }
    }

    /** Parts of requests that a crash cut off. */
    private void clearUploads(Instant then) {
        try (Stream<Path> files = Files.list(uploads)) {
            for (Path file : files.toList()) {
                if (Durable.lastTouched(file).isBefore(then)) {
                    Durable.deleteTree(file);
                }
            }
        } catch (NoSuchFileException e) {
            LOG.debug("nothing was ever uploaded to {}", uploads);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot clear " + uploads, e);
        }
    }
}
