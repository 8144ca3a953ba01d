package dev.tandem.jobs;

import dev.tandem.home.TandemHome;
import dev.tandem.jobs.Inputs.DatasetRef;
import dev.tandem.jobs.Inputs.ModelRef;
import dev.tandem.spec.AttemptOrder;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Writes out what the worker of an attempt is to do. */
@Component
class Orders {

    private final Catalogue catalogue;
    private final Checkpoints checkpoints;
    private final TandemHome home;

    Orders(Catalogue catalogue, Checkpoints checkpoints, TandemHome home) {
        this.catalogue = catalogue;
        this.checkpoints = checkpoints;
        this.home = home;
    }

    AttemptOrder of(Job job) {
        SubmitJob request = job.request();
        ModelRef model = model(job.modelId());
        DatasetRef dataset = dataset(job.datasetId());
        String adapter = job.adapterId();
        String evalDataset = job.evalDatasetId();
        return new AttemptOrder(
                job.id(),
                job.epoch(),
                job.name(),
                request.method(),
                request.training(),
                request.lora(),
                model.folder().toString(),
                adapter == null ? null : model(adapter).folder().toString(),
                dataset.source(),
                evalDataset == null ? null : dataset(evalDataset).source(),
                home.checkpoints(job.id()).toString(),
                home.blobs().toString(),
                resumeFrom(job),
                new AttemptOrder.Lineage(model.name(), model.digest(), dataset.name(), dataset.digest()));
    }

    private @Nullable String resumeFrom(Job job) {
        return checkpoints.latest(job.id()).map(Checkpoints.Checkpoint::path).orElse(null);
    }

    private ModelRef model(String id) {
        return catalogue.model(id).orElseThrow(() -> new IllegalStateException("model %s is gone".formatted(id)));
    }

    private DatasetRef dataset(String id) {
        return catalogue.dataset(id).orElseThrow(() -> new IllegalStateException("dataset %s is gone".formatted(id)));
    }
}
