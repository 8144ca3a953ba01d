package dev.tandem.datasets;

import dev.tandem.security.Project;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.NotFound;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/** Keeps rows and stored content in step: content goes in before its row and out after it, under a lock on the digest. */
@Component
class DatasetShelf {

    private final DatasetVersions datasets;
    private final List<DatasetUse> uses;
    private final BlobStore blobs;
    private final InstantSource clock;
    private final TransactionOperations transaction;

    DatasetShelf(
            DatasetVersions datasets,
            List<DatasetUse> uses,
            BlobStore blobs,
            InstantSource clock,
            TransactionOperations transaction) {
        this.datasets = datasets;
        this.uses = uses;
        this.blobs = blobs;
        this.clock = clock;
        this.transaction = transaction;
    }

    DatasetIntake.Taken put(Project project, String name, CheckedFile checked, Staging staging) {
        boolean stored = false;
        try {
            DatasetIntake.Taken taken = transaction.execute(status -> {
                datasets.lock(project.name() + "/" + name);
                return same(project, name, checked)
                        .map(there -> new DatasetIntake.Taken(there, false))
                        .orElseGet(() -> new DatasetIntake.Taken(insert(project, name, checked, staging), true));
            });
            stored = true;
            return taken;
        } finally {
            if (!stored) {
                dropUnused(checked.tree().digest());
            }
        }
    }

    private Optional<Dataset> same(Project project, String name, CheckedFile checked) {
        return datasets
                .findByProjectAndNameAndDigestAndFormatAndOnInvalidOrderByVersionDesc(
                        project.name(),
                        name,
                        checked.stored().digest(),
                        checked.found().format(),
                        checked.upload().onInvalid())
                .stream()
                .filter(there -> there.columns().equals(checked.upload().columns()))
                .filter(there -> isSame(there, checked.upload().sameFor()))
                .findFirst();
    }

    private boolean isSame(Dataset there, @Nullable Duration sameFor) {
        return sameFor == null || there.createdAt().isAfter(clock.instant().minus(sameFor));
    }

    private Dataset insert(Project project, String name, CheckedFile checked, Staging staging) {
        datasets.lock(checked.tree().digest());
        blobs.publish(staging, checked.tree());
        return datasets.saveAndFlush(
                new Dataset(project, name, datasets.newestVersion(project.name(), name) + 1, checked, clock.instant()));
    }

    /** @throws Conflict if the dataset is needed */
    void remove(Project project, String idOrName) {
        Dataset removed = transaction.execute(status -> {
            Dataset dataset =
                    datasets.findAndLock(project.name(), idOrName).orElseThrow(() -> new NotFound("dataset", idOrName));
            uses.stream()
                    .flatMap(use -> use.userOf(dataset.id()).stream())
                    .findFirst()
                    .ifPresent(user -> {
                        throw new Conflict(
                                "id",
                                "in_use",
                                "dataset \"%s\" is used by %s; wait for it or cancel it first"
                                        .formatted(dataset.name(), user));
                    });
            datasets.delete(dataset);
            datasets.noteGone(project.name(), dataset.id(), dataset.createdAt());
            return dataset;
        });
        dropUnused(removed.tree());
    }

    private void dropUnused(String tree) {
        transaction.executeWithoutResult(status -> {
            datasets.lock(tree);
            if (!datasets.existsByTree(tree)) {
                blobs.delete(tree);
            }
        });
    }
}
