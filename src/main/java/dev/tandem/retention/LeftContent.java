package dev.tandem.retention;

import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.home.TandemHome;
import dev.tandem.models.ModelRegistry;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Durable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Stored content that no model and no dataset is made of, and reference numbers of models that are gone. What is stored is
 * listed before the rows are read, and every candidate is looked up again under the lock under which rows are added.
 */
@Component
class LeftContent {

    private final ModelRegistry models;
    private final DatasetCatalogue datasets;
    private final BlobStore blobs;
    private final Path references;
    private final TransactionTemplate transaction;
    private final TransactionTemplate snapshot;

    LeftContent(
            ModelRegistry models,
            DatasetCatalogue datasets,
            BlobStore blobs,
            TandemHome home,
            PlatformTransactionManager transactions) {
        this.models = models;
        this.datasets = datasets;
        this.blobs = blobs;
        this.references = home.referenceLogps();
        this.transaction = new TransactionTemplate(transactions);
        this.snapshot = new TransactionTemplate(transactions);
        snapshot.setReadOnly(true);
        snapshot.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
    }

    /** @return how many folders went */
    int clear(Instant then) {
        int gone = 0;
        for (String digest : unowned()) {
            gone += Boolean.TRUE.equals(transaction.execute(status -> clear(digest, then))) ? 1 : 0;
        }
        for (Path folder : referenceFolders()) {
            gone += Boolean.TRUE.equals(transaction.execute(status -> clearReference(folder, then))) ? 1 : 0;
        }
        return gone;
    }

    /** Digests of content without a row, as it was at one moment. */
    Set<String> unowned() {
        Set<String> stored = blobs.digests();
        snapshot.executeWithoutResult(status -> {
            stored.removeAll(models.digests());
            stored.removeAll(datasets.digests());
        });
        return stored;
    }

    private boolean clear(String digest, Instant then) {
        models.lockContent(digest);
        return !models.isContent(digest) && !datasets.isContent(digest) && blobs.deleteIfOlder(digest, then);
    }

    /** A reference is a model, or a model and an adapter; without either of them nobody asks for its numbers. */
    private boolean clearReference(Path folder, Instant then) {
        List<String> digests = Arrays.stream(folder.getFileName().toString().split("\\+"))
                .map("sha256:"::concat)
                .toList();
        digests.stream().sorted().forEach(models::lockContent);
        try {
            if (digests.stream().allMatch(models::isContent)
                    || !Durable.lastTouched(folder).isBefore(then)) {
                return false;
            }
            Durable.deleteTree(folder);
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + folder, e);
        }
    }

    private List<Path> referenceFolders() {
        try (Stream<Path> folders = Files.list(references)) {
            return folders.toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + references, e);
        }
    }
}
