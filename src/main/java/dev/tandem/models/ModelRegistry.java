package dev.tandem.models;

import dev.tandem.security.Project;
import dev.tandem.spec.NotFound;
import dev.tandem.spec.Wire;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.StoredFile;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The door to the registered models of each project. Wherever an id is asked for, the name will do. */
@Service
public class ModelRegistry {

    private static final Sort NEWEST_FIRST = Sort.by(Sort.Direction.DESC, "createdAt", "id");

    private final RegisteredModels models;
    private final ModelShelf shelf;
    private final ModelInspection inspection;
    private final BlobStore blobs;
    private final InstantSource clock;

    ModelRegistry(
            RegisteredModels models,
            ModelShelf shelf,
            ModelInspection inspection,
            BlobStore blobs,
            InstantSource clock) {
        this.models = models;
        this.shelf = shelf;
        this.inspection = inspection;
        this.blobs = blobs;
        this.clock = clock;
    }

    public Optional<RegisteredModel> find(Project project, String idOrName) {
        return models.find(project.name(), idOrName);
    }

    /** Finds by id in all projects; for ids that a row names, never for those that a caller does. */
    public RegisteredModel byId(String id) {
        return models.findById(id).orElseThrow(() -> new NotFound("model", id));
    }

    public RegisteredModel get(Project project, String idOrName) {
        return find(project, idOrName).orElseThrow(() -> new NotFound("model", idOrName));
    }

    /** The names of those of the models that are there. */
    public Map<String, String> names(Collection<String> ids) {
        return models.findByIdIn(ids).stream().collect(Collectors.toMap(RegisteredModel::id, RegisteredModel::name));
    }

    /** Finds the model and keeps it from being deleted until the caller's transaction ends. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<RegisteredModel> findAndKeep(Project project, String idOrName) {
        return models.findAndKeep(project.name(), idOrName);
    }

    /** Newest first. */
    public Window<RegisteredModel> list(Project project, ScrollPosition after, int limit) {
        return list(project, ModelFilter.ANY, after, limit);
    }

    /** Newest first. */
    public Window<RegisteredModel> list(Project project, ModelFilter filter, ScrollPosition after, int limit) {
        return models.findBy(
                filter.in(project),
                found -> found.sortBy(NEWEST_FIRST).limit(limit).scroll(after));
    }

    /** @throws dev.tandem.spec.Conflict if an unfinished job or an adapter needs the model */
    public void delete(Project project, String idOrName) {
        shelf.remove(project, idOrName);
    }

    /** The folder of the model's files. */
    public Path folder(RegisteredModel model) {
        return blobs.path(model.digest());
    }

    public List<StoredFile> files(RegisteredModel model) {
        return blobs.files(model.digest());
    }

    public StoredFile file(RegisteredModel model, String name) {
        return files(model).stream()
                .filter(file -> file.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new NotFound("file", model.name() + "/" + name));
    }

    /** Whether this content is stored; if so it stays until the caller's transaction ends. */
    @Transactional(propagation = Propagation.MANDATORY)
    public boolean keepContent(String tree) {
        models.lockContent(tree);
        return blobs.contains(tree);
    }

    /** Digests of the content that models are made of. */
    public List<String> digests() {
        return models.digests();
    }

    /** Until the caller's transaction ends nobody else adds or removes content of this digest. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void lockContent(String digest) {
        models.lockContent(digest);
    }

    public boolean isContent(String digest) {
        return models.existsByDigest(digest);
    }

    /** What the files of all models take, those of equal models once. */
    public long storedBytes() {
        return models.storedBytes();
    }

    /** Keeps with the model how its job made it; the job is about to be deleted. */
    @Transactional(propagation = Propagation.MANDATORY)
    public void keepRecipe(String job, Map<String, @Nullable Object> recipe) {
        models.keepRecipe(job, Wire.JSON.writeValueAsString(recipe));
    }

    /**
     * Registers what a job made, in the caller's transaction. Calling again for the same job changes nothing and answers
     * the same model, so a job that reports twice has one result. A name that is taken gets the end of the job's id.
     *
     * @param tree digest of the result in the blob store
     * @param parent id of the model that was trained, or that the adapter is for
     * @throws dev.tandem.spec.InvalidSpec if the folder is no whole checkpoint or adapter
     */
    @Transactional
    public RegisteredModel registerResult(
            Project project, String name, ModelKind kind, String tree, String parent, String job) {
        return models.findByJob(job).orElseGet(() -> {
            models.lockContent(tree);
            long size =
                    blobs.files(tree).stream().mapToLong(StoredFile::sizeBytes).sum();
            String free = models.existsByProjectAndName(project.name(), name)
                    ? name + "-" + job.substring(Math.max(0, job.length() - 8))
                    : name;
            var result =
                    new RegisteredModel(project, free, kind, facts(kind, tree, parent), tree, size, clock.instant());
            return models.saveAndFlush(result.from(parent, job));
        });
    }

    private ModelFacts facts(ModelKind kind, String tree, String parent) {
        Path folder = blobs.path(tree);
        if (kind != ModelKind.ADAPTER) {
            return inspection.inspect(folder);
        }
        return inspection.inspectAdapter(folder, folder(byId(parent)));
    }
}
