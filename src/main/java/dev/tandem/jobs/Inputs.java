package dev.tandem.jobs;

import dev.tandem.datasets.Dataset;
import dev.tandem.models.RegisteredModel;
import dev.tandem.spec.RunIdentity;
import org.jspecify.annotations.Nullable;

/** What a job is made from, looked up. */
public record Inputs(
        RegisteredModel model,
        @Nullable RegisteredModel adapter,
        Dataset dataset,
        @Nullable Dataset evalDataset) {

    public RunIdentity.Origins origins() {
        return new RunIdentity.Origins(
                model.digest(),
                adapter == null ? null : adapter.digest(),
                rows(dataset),
                evalDataset == null ? null : rows(evalDataset));
    }

    private static RunIdentity.Rows rows(Dataset dataset) {
        return new RunIdentity.Rows(dataset.digest(), dataset.format(), dataset.columns(), dataset.onInvalid());
    }
}
