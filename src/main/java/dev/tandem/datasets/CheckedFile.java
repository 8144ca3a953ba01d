package dev.tandem.datasets;

import dev.tandem.spec.OnInvalid;
import dev.tandem.storage.StoredFile;
import dev.tandem.storage.StoredTree;
import dev.tandem.text.Reading;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A staged file that may be stored, and what is known of it. */
record CheckedFile(
        StoredFile stored,
        StoredTree tree,
        Reading.Found found,
        Map<String, @Nullable String> columns,
        OnInvalid onInvalid,
        DatasetReport report,
        boolean hasRejected) {}
