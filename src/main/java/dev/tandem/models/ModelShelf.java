package dev.tandem.models;

import dev.tandem.security.Project;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import dev.tandem.storage.StoredTree;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.data.domain.Limit;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Keeps rows and stored content in step. Content goes in before its row and out after it, each under a lock on the digest,
 * so a row never points at nothing; a crash in between leaves content without a row, which the next use of it adopts.
 */
@Component
class ModelShelf {

    /** How many adapters a message names. */
    private static final int NAMED = 3;

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
                requireBase(model);
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

    /** An adapter's base may have been deleted while the adapter came in; from here on it cannot be. */
    private void requireBase(RegisteredModel model) {
        String base = String.valueOf(model.parentModel());
        if (model.kind() == ModelKind.ADAPTER
                && models.findAndKeep(model.project().name(), base).isEmpty()) {
            throw new InvalidSpec(
                    "base_model",
                    "not_found",
                    "base_model %s was deleted while its adapter was uploaded; upload it again first".formatted(base));
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
                .or(() -> adaptersOf(model));
    }

    private Optional<String> adaptersOf(RegisteredModel model) {
        List<RegisteredModel> adapters =
                models.findByParentModelAndKindOrderByCreatedAtAsc(model.id(), ModelKind.ADAPTER, Limit.of(NAMED + 1));
        if (adapters.isEmpty()) {
            return Optional.empty();
        }
        String names = adapters.stream()
                .limit(NAMED)
                .map(adapter -> "\"%s\"".formatted(adapter.name()))
                .collect(Collectors.joining(", "));
        return Optional.of((adapters.size() == 1 ? "adapter " : "adapters ")
                + names
                + (adapters.size() > NAMED ? " and others" : ""));
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
