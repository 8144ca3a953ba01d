package dev.tandem.datasets;

import dev.tandem.storage.StoredFile;
import dev.tandem.storage.StoredTree;
import dev.tandem.text.Reading;

/** A staged file that may be stored, and what is known of it. */
record CheckedFile(
        StoredFile stored,
        StoredTree tree,
        Reading.Found found,
        DatasetUpload upload,
        DatasetReport report,
        boolean hasRejected) {}
