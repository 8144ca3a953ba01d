package dev.tandem.datasets;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.OnInvalid;
import dev.tandem.storage.StoredFile;
import dev.tandem.storage.StoredTree;

/** A staged file that may be stored, and what is known of it. */
record CheckedFile(
        StoredFile stored,
        StoredTree tree,
        DatasetFormat format,
        OnInvalid onInvalid,
        DatasetReport report,
        boolean hasRejected) {}
