package dev.tandem.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetReport;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.PreferenceRow;
import java.time.Instant;
import java.util.LinkedHashMap;
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

    /** A row in the one shape that all formats are read into; a demonstration has no {@code rejected}. */
    static Map<String, @Nullable Object> of(PreferenceRow row) {
        var json = new LinkedHashMap<String, @Nullable Object>();
        json.put("line", row.line());
        json.put("prompt", side(row.prompt()));
        json.put("chosen", side(row.chosen()));
        if (row.rejected() != null) {
            json.put("rejected", side(row.rejected()));
        }
        if (row.tools() != null) {
            json.put("tools", row.tools());
        }
        if (!row.chatTemplateKwargs().isEmpty()) {
            json.put("chat_template_kwargs", row.chatTemplateKwargs());
        }
        return json;
    }

    private static Object side(PreferenceRow.Side side) {
        return switch (side) {
            case PreferenceRow.Side.Text text -> text.text();
            case PreferenceRow.Side.Conversation conversation ->
                conversation.messages().stream()
                        .map(message -> message.fields())
                        .toList();
        };
    }
}
