package dev.tandem.models;

import dev.tandem.security.Project;
import dev.tandem.spec.Conflict;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import dev.tandem.storage.StoredTree;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.PathResource;
import org.springframework.stereotype.Service;

/** Takes models in. What is refused leaves nothing behind. */
@Service
public class ModelIntake {

    private static final Logger log = LoggerFactory.getLogger(ModelIntake.class);

    /** What makes a folder an adapter. */
    private static final String ADAPTER_CONFIG = "adapter_config.json";

    private final RegisteredModels models;
    private final ModelShelf shelf;
    private final ModelInspection inspection;
    private final ModelRoots roots;
    private final S3Prefixes prefixes;
    private final ModelProperties properties;
    private final BlobStore blobs;
    private final InstantSource clock;

    ModelIntake(
            RegisteredModels models,
            ModelShelf shelf,
            ModelInspection inspection,
            ModelRoots roots,
            S3Prefixes prefixes,
            ModelProperties properties,
            BlobStore blobs,
            InstantSource clock) {
        this.models = models;
        this.shelf = shelf;
        this.inspection = inspection;
        this.roots = roots;
        this.prefixes = prefixes;
        this.properties = properties;
        this.blobs = blobs;
        this.clock = clock;
    }

    /**
     * Registers the model in a folder of this machine or below a prefix in S3; its files are copied before this returns.
     *
     * @param baseModel id or name of the model that an adapter is for
     */
    public RegisteredModel register(Project project, @Nullable String name, String uri, @Nullable String baseModel) {
        String checked = freeName(project, name);
        return take(project, checked, S3Address.isOne(uri) ? prefixes.files(uri) : folderFiles(uri), baseModel);
    }

    private List<NewFile> folderFiles(String uri) {
        return roots.files(uri).stream()
                .map(path -> new NewFile(path.getFileName().toString(), new PathResource(path)))
                .toList();
    }

    /** Registers a model from its files. */
    public RegisteredModel register(
            Project project, @Nullable String name, List<NewFile> files, @Nullable String baseModel) {
        return take(project, freeName(project, name), files, baseModel);
    }

    private String freeName(Project project, @Nullable String name) {
        String checked = ModelName.check(name);
        if (models.existsByProjectAndName(project.name(), checked)) {
            throw nameTaken(checked);
        }
        return checked;
    }

    static Conflict nameTaken(String name) {
        return new Conflict(
                "name",
                "name_taken",
                "there is a model named \"%s\" already; choose another name or delete that model first"
                        .formatted(name));
    }

    private RegisteredModel take(Project project, String name, List<NewFile> files, @Nullable String baseModel) {
        List<FieldProblem> refused =
                ModelFileNames.problems(files.stream().map(NewFile::name).toList());
        if (!refused.isEmpty()) {
            throw new InvalidSpec(refused);
        }
        try (Staging staging = blobs.stage()) {
            for (NewFile file : files) {
                try (InputStream in = file.content().getInputStream()) {
                    staging.write(file.name(), in, properties.maxFileSize().toBytes());
                }
            }
            return store(project, name, staging, baseModel);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot store model \"%s\"".formatted(name), e);
        }
    }

    private RegisteredModel store(Project project, String name, Staging staging, @Nullable String baseModel) {
        boolean adapter = Files.exists(staging.folder().resolve(ADAPTER_CONFIG));
        RegisteredModel base = adapter ? baseOf(project, baseModel) : null;
        if (!adapter && baseModel != null) {
            throw new InvalidSpec(
                    "base_model",
                    "invalid_value",
                    "base_model is for adapters, and there is no %s among the files; leave base_model out"
                            .formatted(ADAPTER_CONFIG));
        }
        ModelFacts facts = base == null
                ? inspection.inspect(staging.folder())
                : inspection.inspectAdapter(staging.folder(), blobs.path(base.digest()));
        StoredTree tree = blobs.seal(staging);
        ModelKind kind = adapter ? ModelKind.ADAPTER : ModelKind.BASE;
        var model = new RegisteredModel(project, name, kind, facts, tree.digest(), tree.sizeBytes(), clock.instant())
                .from(base == null ? null : base.id(), null);
        RegisteredModel stored = shelf.put(model, staging, tree);
        log.info("registered {} model {} as {} ({} bytes)", kind.word(), name, model.id(), tree.sizeBytes());
        return stored;
    }

    private RegisteredModel baseOf(Project project, @Nullable String baseModel) {
        if (baseModel == null) {
            throw new InvalidSpec(
                    "base_model",
                    "missing",
                    "base_model is missing; an adapter needs the id or name of the model it was made for");
        }
        return models.find(project.name(), baseModel)
                .filter(model -> model.kind() != ModelKind.ADAPTER)
                .orElseThrow(() -> new InvalidSpec(
                        "base_model",
                        "not_found",
                        "base_model must be the id or name of a registered full model, was \"%s\""
                                .formatted(baseModel)));
    }
}
