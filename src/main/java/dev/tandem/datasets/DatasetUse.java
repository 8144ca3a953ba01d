package dev.tandem.datasets;

import java.util.Optional;

/** Someone who may need a dataset to stay. */
public interface DatasetUse {

    /** Who uses the dataset now, in words for a message, as in {@code job job_1 (running)}. */
    Optional<String> userOf(String datasetId);
}
