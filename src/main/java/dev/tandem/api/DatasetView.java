package dev.tandem.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetReport;
import dev.tandem.spec.DatasetFormat;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A dataset as clients see it. */
record DatasetView(
        String id,
        String name,
        int version,
        String digest,
        String format,
        Map<String, @Nullable String> columns,
        @JsonProperty("ignored_columns") List<String> ignoredColumns,
        long rows,
        @JsonProperty("size_bytes") long sizeBytes,
        @JsonProperty("created_at") Instant createdAt,
        DatasetReport report) {

    static DatasetView of(Dataset dataset) {
        return new DatasetView(
                dataset.id(),
                dataset.name(),
                dataset.version(),
                dataset.digest(),
                format(dataset.format()),
                dataset.columns(),
                dataset.ignoredColumns(),
                dataset.rows(),
                dataset.sizeBytes(),
                dataset.createdAt(),
                dataset.report());
    }

    private static String format(DatasetFormat format) {
        return format == DatasetFormat.AUTO ? "mixed" : format.name().toLowerCase(Locale.ROOT);
    }
}
