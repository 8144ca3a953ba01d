package dev.tandem.api;

import dev.tandem.jobs.MetricRows;
import dev.tandem.jobs.MetricRows.Row;
import dev.tandem.jobs.MetricRows.Steps;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes metrics as CSV, a line for each step. */
final class MetricTable {

    private final List<String> names;
    private final Writer out;
    private double first;

    MetricTable(List<String> names, OutputStream out) {
        this.names = names;
        this.out = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    void write(MetricRows metrics, Steps steps, @Nullable Integer most) throws IOException {
        out.write("step" + names.stream().map(name -> "," + quoted(name)).collect(Collectors.joining()) + "\n");
        var thinning = new Thinning<Row>(steps.rows(), most == null ? Integer.MAX_VALUE : most, this::write);
        var place = new Object() {
            long row;
        };
        metrics.read(steps, names, row -> {
            Double value = row.values().getFirst();
            first = value == null ? first : value;
            thinning.accept(place.row, row.step(), first, row);
            place.row++;
        });
        thinning.finish();
        out.close();
    }

    private void write(Row row) {
        String values = row.values().stream()
                .map(value -> value == null || value.isNaN() ? "," : "," + value)
                .collect(Collectors.joining());
        try {
            out.write(row.step() + values + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String name) {
        return name.matches("[\\w/.@ -]*") ? name : '"' + name.replace("\"", "\"\"") + '"';
    }
}
