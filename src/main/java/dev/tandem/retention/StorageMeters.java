package dev.tandem.retention;

import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.home.TandemHome;
import dev.tandem.models.ModelRegistry;
import dev.tandem.storage.Durable;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.stereotype.Component;

/** The gauge {@code tandem_storage_bytes{kind}}: what lies on the disk, {@code blobs} with what nothing points to yet. */
@Component
class StorageMeters {

    private final ModelRegistry models;
    private final DatasetCatalogue datasets;
    private final TandemHome home;
    private final MultiGauge bytes;

    StorageMeters(ModelRegistry models, DatasetCatalogue datasets, TandemHome home, MeterRegistry registry) {
        this.models = models;
        this.datasets = datasets;
        this.home = home;
        this.bytes = MultiGauge.builder("tandem.storage").baseUnit("bytes").register(registry);
    }

    void refresh() {
        var rows = new ArrayList<Row<?>>();
        sizes().forEach((kind, size) -> rows.add(Row.of(Tags.of("kind", kind), size)));
        bytes.register(rows, true);
    }

    private Map<String, Long> sizes() {
        var sizes = new LinkedHashMap<String, Long>();
        sizes.put("models", models.storedBytes());
        sizes.put("datasets", datasets.storedBytes());
        sizes.put("blobs", onDisk(home.blobs()));
        sizes.put("checkpoints", onDisk(home.checkpoints()));
        sizes.put("reference_logps", onDisk(home.referenceLogps()));
        sizes.put("logs", onDisk(home.logs()));
        sizes.put("workers", onDisk(home.workers()));
        sizes.put("uploads", onDisk(home.uploads()));
        sizes.put("trash", onDisk(home.trash()));
        return sizes;
    }

    private static long onDisk(Path folder) {
        try {
            return Durable.size(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot measure " + folder, e);
        }
    }
}
