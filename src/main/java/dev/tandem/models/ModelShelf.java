package dev.tandem.models;

import dev.tandem.security.Project;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.NotFound;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import dev.tandem.storage.StoredTree;
import java.util.List;
import java.util.Optional;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Keeps rows and stored content in step. Content goes in before its row and out after it, each under a lock on the digest,
 * so a row never points at nothing; a crash in between leaves content without a row, which the next use of it adopts.
 */
@Component
class ModelShelf {

    private final RegisteredModels models;
    private final List<ModelUse> uses;
    private final BlobStore blobs;
    private final TransactionOperations transaction;

    ModelShelf(RegisteredModels models, List<ModelUse> uses, BlobStore blobs, TransactionOperations transaction) {
        this.models = models;
        this.uses = uses;
        this.blobs = blobs;
        this.transaction = transaction;
    }

    RegisteredModel put(RegisteredModel model, Staging staging, StoredTree tree) {
        boolean stored = false;
        try {
            RegisteredModel saved = transaction.execute(status -> {
                models.lockContent(tree.digest());
                blobs.publish(staging, tree);
                return models.saveAndFlush(model);
            });
            stored = true;
            return saved;
        } catch (DataIntegrityViolationException e) {
            if (models.existsByProjectAndName(model.project().name(), model.name())) {
                throw ModelIntake.nameTaken(model.name());
            }
            throw e;
        } finally {
            if (!stored) {
                dropUnused(tree.digest());
            }
        }
    }

    /** @throws Conflict if the model is needed */
    void remove(Project project, String idOrName) {
        RegisteredModel removed = transaction.execute(status -> {
            RegisteredModel model =
                    models.findAndLock(project.name(), idOrName).orElseThrow(() -> new NotFound("model", idOrName));
            userOf(model).ifPresent(user -> {
                throw new Conflict(
                        "id",
                        "in_use",
                        "model \"%s\" is used by %s; wait for it or remove it first".formatted(model.name(), user));
            });
            models.delete(model);
            return model;
        });
        dropUnused(removed.digest());
    }

    private Optional<String> userOf(RegisteredModel model) {
        return uses.stream()
                .flatMap(use -> use.userOf(model.id()).stream())
                .findFirst()
                .or(() -> models.findFirstByParentModelAndKind(model.id(), ModelKind.ADAPTER)
                        .map(adapter -> "adapter \"%s\"".formatted(adapter.name())));
    }

    private void dropUnused(String digest) {
        transaction.executeWithoutResult(status -> {
            models.lockContent(digest);
            if (!models.existsByDigest(digest)) {
                blobs.delete(digest);
            }
        });
    }
}
