package dev.tandem.datasets;

import dev.tandem.security.Project;
import dev.tandem.spec.DataSource;
import dev.tandem.spec.NotFound;
import dev.tandem.spec.PreferenceRow;
import dev.tandem.storage.BlobStore;
import dev.tandem.text.PreferenceFile;
import dev.tandem.text.Reading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;

/** The door to the datasets of each project. Wherever an id is asked for, a name will do and means its newest version. */
@Service
public class DatasetCatalogue {

    private final DatasetVersions datasets;
    private final DatasetShelf shelf;
    private final BlobStore blobs;
    private final Prompts prompts;

    DatasetCatalogue(DatasetVersions datasets, DatasetShelf shelf, BlobStore blobs, Prompts prompts) {
        this.datasets = datasets;
        this.shelf = shelf;
        this.blobs = blobs;
        this.prompts = prompts;
    }

    public Optional<Dataset> find(Project project, String idOrName) {
        return datasets.find(project.name(), idOrName);
    }

    /** Finds by id in all projects; for ids that a row names, never for those that a caller does. */
    public Dataset byId(String id) {
        return datasets.findById(id).orElseThrow(() -> new NotFound("dataset", id));
    }

    public Dataset get(Project project, String idOrName) {
        return find(project, idOrName).orElseThrow(() -> new NotFound("dataset", idOrName));
    }

    /** Finds the dataset and keeps it from being deleted until the caller's transaction ends. */
    @Transactional(propagation = Propagation.MANDATORY)
    public Optional<Dataset> findAndKeep(Project project, String idOrName) {
        return datasets.findAndKeep(project.name(), idOrName);
    }

    /** Newest first. */
    public Window<Dataset> list(Project project, DatasetFilter filter, ScrollPosition after, int limit) {
        return list(project, filter, after, limit, Sort.Direction.DESC);
    }

    /** By the time of their upload. */
    public Window<Dataset> list(Project project, ScrollPosition after, int limit, Sort.Direction direction) {
        return list(project, DatasetFilter.ANY, after, limit, direction);
    }

    private Window<Dataset> list(
            Project project, DatasetFilter filter, ScrollPosition after, int limit, Sort.Direction direction) {
        return datasets.findBy(
                filter.in(project),
                found -> found.sortBy(Sort.by(direction, "createdAt", "id"))
                        .limit(limit)
                        .scroll(after));
    }

    /** When a dataset was stored, even if it was deleted since. */
    @Transactional(readOnly = true)
    public Optional<Instant> storedAt(Project project, String id) {
        return datasets.find(project.name(), id)
                .map(Dataset::createdAt)
                .or(() -> datasets.createdAtOfGone(project.name(), id));
    }

    /** @throws dev.tandem.spec.Conflict if an unfinished job needs the dataset */
    public void delete(Project project, String idOrName) {
        String id = get(project, idOrName).id();
        shelf.remove(project, id);
        prompts.forget(id);
    }

    /** Digests of the content that datasets are made of. */
    public List<String> digests() {
        return datasets.trees();
    }

    public boolean isContent(String digest) {
        return datasets.existsByTree(digest);
    }

    /** What the files of all datasets take, those of equal ones once. */
    public long storedBytes() {
        return datasets.storedBytes();
    }

    /** What a worker needs to read the dataset. */
    public DataSource source(Dataset dataset) {
        return new DataSource(
                path(dataset).toString(), dataset.format(), dataset.columns(), dataset.onInvalid(), dataset.rows());
    }

    /** Up to {@code limit} valid rows from below the given line, read from the file. */
    public List<PreferenceRow> rows(Dataset dataset, long afterLine, int limit) {
        var preview = new Preview(afterLine, limit);
        try {
            var how = new Reading(dataset.format(), dataset.columns(), Long.MAX_VALUE);
            PreferenceFile.read(path(dataset), how, preview);
        } catch (Preview.Full e) {
            return preview.rows();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read dataset " + dataset.id(), e);
        }
        return preview.rows();
    }

    /** Which rows of one dataset ask what another asks too. */
    public Leakage leakage(Dataset one, Dataset other) {
        return prompts.compare(one, other);
    }

    /** The file as it was sent. */
    public Path path(Dataset dataset) {
        return blobs.path(dataset.tree()).resolve(dataset.file());
    }
}
