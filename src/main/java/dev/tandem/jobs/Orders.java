package dev.tandem.jobs;

import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.home.TandemHome;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.spec.AttemptOrder;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Writes out what the worker of an attempt is to do. */
@Component
class Orders {

    private final ModelRegistry models;
    private final DatasetCatalogue datasets;
    private final Checkpoints checkpoints;
    private final TandemHome home;

    Orders(ModelRegistry models, DatasetCatalogue datasets, Checkpoints checkpoints, TandemHome home) {
        this.models = models;
        this.datasets = datasets;
        this.checkpoints = checkpoints;
        this.home = home;
    }

    AttemptOrder of(Job job) {
        SubmitJob request = job.request();
        Inputs inputs = inputs(job);
        RegisteredModel model = inputs.model();
        RegisteredModel adapter = inputs.adapter();
        Dataset dataset = inputs.dataset();
        Dataset evalDataset = inputs.evalDataset();
        return new AttemptOrder(
                job.id(),
                job.epoch(),
                job.name(),
                request.method(),
                request.training(),
                request.lora(),
                folder(model),
                adapter == null ? null : folder(adapter),
                datasets.source(dataset),
                evalDataset == null ? null : datasets.source(evalDataset),
                home.checkpoints(job.id()).toString(),
                home.blobs().toString(),
                checkpoints.newestFirst(job.id()),
                referenceCache(model, adapter),
                new AttemptOrder.Lineage(model.name(), model.digest(), dataset.name(), dataset.digest()),
                inputs.origins());
    }

    private Inputs inputs(Job job) {
        String adapter = job.adapterId();
        String evalDataset = job.evalDatasetId();
        return new Inputs(
                models.byId(job.modelId()),
                adapter == null ? null : models.byId(adapter),
                datasets.byId(job.datasetId()),
                evalDataset == null ? null : datasets.byId(evalDataset));
    }

    /** One folder for each reference, by what it is made of: a model uploaded again finds its numbers. */
    private String referenceCache(RegisteredModel model, @Nullable RegisteredModel adapter) {
        String name = adapter == null ? model.digest() : model.digest() + "+" + adapter.digest();
        return home.referenceLogps().resolve(name.replace("sha256:", "")).toString();
    }

    private String folder(RegisteredModel model) {
        return models.folder(model).toAbsolutePath().toString();
    }
}
