package dev.tandem.models;

import dev.tandem.launcher.ProgramCommands;
import dev.tandem.security.Project;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import dev.tandem.storage.StoredTree;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** Makes whole checkpoints of adapters and their base. The work is done by a process of its own, and the caller waits. */
@Service
public class ModelMerge {

    private static final Logger log = LoggerFactory.getLogger(ModelMerge.class);

    private final RegisteredModels models;
    private final ModelRegistry registry;
    private final ModelShelf shelf;
    private final ModelInspection inspection;
    private final ModelsInUse inUse;
    private final ProgramCommands commands;
    private final BlobStore blobs;
    private final InstantSource clock;

    ModelMerge(
            RegisteredModels models,
            ModelRegistry registry,
            ModelShelf shelf,
            ModelInspection inspection,
            ModelsInUse inUse,
            ProgramCommands commands,
            BlobStore blobs,
            InstantSource clock) {
        this.models = models;
        this.registry = registry;
        this.shelf = shelf;
        this.inspection = inspection;
        this.inUse = inUse;
        this.commands = commands;
        this.blobs = blobs;
        this.clock = clock;
    }

    /**
     * Registers the base of an adapter with the adapter worked into its weights; its parent is the base.
     *
     * @param adapter id or name
     * @param name of the new model
     */
    public RegisteredModel merge(Project project, String adapter, String name) {
        RegisteredModel merged = registry.get(project, adapter);
        RegisteredModel base = Optional.ofNullable(merged.parentModel())
                .filter(parent -> merged.kind() == ModelKind.ADAPTER)
                .map(registry::byId)
                .orElseThrow(() -> new InvalidSpec(
                        "id",
                        "invalid_value",
                        "only an adapter can be merged, but %s is a whole checkpoint already"
                                .formatted(merged.name())));
        String checked = ModelName.check(name);
        if (models.existsByProjectAndName(project.name(), checked)) {
            throw ModelIntake.nameTaken(checked);
        }
        try (var use = inUse.begin("a merge", List.of(base.id(), merged.id()));
                Staging staging = blobs.stage()) {
            commands.run(
                    "merge",
                    "--model=" + blobs.path(base.digest()).toAbsolutePath(),
                    "--adapter=" + blobs.path(merged.digest()).toAbsolutePath(),
                    "--out=" + staging.folder().toAbsolutePath());
            ModelFacts facts = inspection.inspect(staging.folder());
            StoredTree tree = blobs.seal(staging);
            var model = new RegisteredModel(
                    project, checked, ModelKind.FINE_TUNED, facts, tree.digest(), tree.sizeBytes(), clock.instant());
            RegisteredModel stored = shelf.put(model.from(base.id(), null), staging, tree);
            log.info("merged adapter {} into {} as {} {}", merged.name(), base.name(), stored.id(), checked);
            return stored;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new InterruptedIOException("the merge was interrupted"));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot merge adapter %s".formatted(merged.name()), e);
        }
    }
}
