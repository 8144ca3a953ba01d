package dev.tandem.home;

import dev.tandem.storage.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Folders on their way out: out of sight in one step, then deleted at leisure. What a crash leaves here goes later. */
@Component
public class Trash {

    private static final Logger LOG = LoggerFactory.getLogger(Trash.class);

    private final Path folder;

    Trash(TandemHome home) {
        this.folder = home.trash();
    }

    /** Puts the folder out of sight; one that is gone is fine. {@link #empty} frees its space. */
    public void take(Path doomed) {
        try {
            Files.createDirectories(folder);
            Files.move(doomed, folder.resolve(UUID.randomUUID().toString()), StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            LOG.debug("{} is gone already", doomed);
        } catch (AtomicMoveNotSupportedException e) {
            delete(doomed); // on a disk of its own
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove " + doomed, e);
        }
    }

    /** Several servers may do it at once. */
    public void empty() {
        delete(folder);
    }

    private static void delete(Path path) {
        try {
            Durable.deleteTree(path);
        } catch (IOException e) {
            LOG.warn("cannot delete {}; it takes space until the next try", path, e);
        }
    }
}
