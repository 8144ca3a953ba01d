package dev.tandem.jobs;

import dev.tandem.datasets.Dataset;
import dev.tandem.models.RegisteredModel;
import org.jspecify.annotations.Nullable;

/** What a job is made from, looked up. */
record Inputs(
        RegisteredModel model,
        @Nullable RegisteredModel adapter,
        Dataset dataset,
        @Nullable Dataset evalDataset) {}
