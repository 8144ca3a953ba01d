package dev.tandem.datasets;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Wire;
import dev.tandem.text.RowFields;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Reads the {@code columns} of an upload: which column of the file each field of a row is in. */
public final class ColumnMapping {

    private static final String PART = "columns";

    private ColumnMapping() {}

    /** @throws InvalidSpec naming every field that no row has, and every column that two fields are to be in */
    public static Map<String, @Nullable String> read(@Nullable String json) {
        if (json == null || json.isBlank()) {
            return Map.of();
        }
        if (!(parse(json) instanceof Map<?, ?> map)) {
            throw notAnObject(json);
        }
        var columns = new LinkedHashMap<String, @Nullable String>();
        var problems = new ArrayList<FieldProblem>();
        var taken = new HashSet<String>();
        map.forEach((field, column) -> {
            check((String) field, column, taken).ifPresent(problems::add);
            columns.put((String) field, column instanceof String text ? text : null);
        });
        if (!problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
        return columns;
    }

    private static Optional<FieldProblem> check(String field, @Nullable Object column, HashSet<String> taken) {
        List<String> known = RowFields.NAMES;
        String path = PART + "." + field;
        if (!known.contains(field)) {
            String wayOut = Form.nearest(field, known)
                    .map("did you mean %s?"::formatted)
                    .orElse("a row has " + String.join(", ", known));
            return Optional.of(new FieldProblem(
                    path, "unknown_field", "unknown field %s in columns; %s".formatted(field, wayOut)));
        }
        if (column != null && !(column instanceof String)) {
            return Optional.of(new FieldProblem(
                    path, "wrong_type", "%s must be the name of a column, or null, was %s".formatted(path, column)));
        }
        boolean twice = column instanceof String name && !taken.add(name);
        return twice
                ? Optional.of(new FieldProblem(
                        path, "invalid_value", "%s names column %s, as another field does".formatted(path, column)))
                : Optional.empty();
    }

    private static @Nullable Object parse(String json) {
        try {
            return Wire.JSON.readValue(json, Object.class);
        } catch (JacksonException e) {
            throw notAnObject(json);
        }
    }

    private static InvalidSpec notAnObject(String json) {
        return new InvalidSpec(
                PART,
                "wrong_type",
                "columns must be a JSON object such as {\"prompt\": \"instruction\"}, was %s".formatted(json));
    }
}
