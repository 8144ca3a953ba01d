package dev.tandem.api;

import dev.tandem.jobs.MetricRows;
import dev.tandem.jobs.MetricRows.Row;
import dev.tandem.jobs.MetricRows.Steps;
import dev.tandem.spec.Wire;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.StreamWriteFeature;

/** Writes metrics as JSON, a series for each name. */
final class MetricLines {

    private record Point(int step, double value) {}

    private final Steps steps;
    private final JsonGenerator json;

    MetricLines(Steps steps, OutputStream out) {
        this.steps = steps;
        // What breaks off must not look whole.
        this.json = Wire.JSON.createGenerator(out).configure(StreamWriteFeature.AUTO_CLOSE_CONTENT, false);
    }

    void write(MetricRows metrics, List<String> names, @Nullable Integer most) {
        json.writeStartObject();
        json.writeStringProperty("job", steps.job());
        json.writeStringProperty("split", steps.split());
        json.writeObjectPropertyStart("series");
        if (most != null && steps.rows() > most) {
            writeThinned(metrics, names, most);
        } else {
            writeWhole(metrics, names);
        }
        json.writeEndObject();
        json.writeEndObject();
        json.close();
    }

    /** A pass for each series, since they follow each other and no memory holds them all. */
    private void writeWhole(MetricRows metrics, List<String> names) {
        for (String name : names) {
            json.writeArrayPropertyStart(name);
            metrics.read(steps, List.of(name), row -> write(new Point(row.step(), value(row, 0))));
            json.writeEndArray();
        }
    }

    /** One pass for all series: what is left of them is small. */
    private void writeThinned(MetricRows metrics, List<String> names, int most) {
        var lines = new ArrayList<List<Point>>();
        var thinnings = new ArrayList<Thinning<Point>>();
        for (int i = 0; i < names.size(); i++) {
            var line = new ArrayList<Point>();
            lines.add(line);
            thinnings.add(new Thinning<>(steps.rows(), most, line::add));
        }
        var place = new Object() {
            long row;
        };
        metrics.read(steps, names, row -> {
            for (int i = 0; i < names.size(); i++) {
                if (row.values().get(i) != null) {
                    var point = new Point(row.step(), value(row, i));
                    thinnings.get(i).accept(place.row, point.step(), point.value(), point);
                }
            }
            place.row++;
        });
        thinnings.forEach(Thinning::finish);
        for (int i = 0; i < names.size(); i++) {
            json.writeArrayPropertyStart(names.get(i));
            lines.get(i).forEach(this::write);
            json.writeEndArray();
        }
    }

    private static double value(Row row, int column) {
        Double value = row.values().get(column);
        return value == null ? Double.NaN : value;
    }

    private void write(Point point) {
        json.writeStartArray();
        json.writeNumber(point.step());
        if (Double.isNaN(point.value())) {
            json.writeNull();
        } else {
            json.writeNumber(point.value());
        }
        json.writeEndArray();
    }
}
