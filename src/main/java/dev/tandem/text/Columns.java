package dev.tandem.text;

import dev.tandem.spec.Form;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which column of a file each field of a row comes from. A file that a person wrote row by row may have no columns but
 * those of a row, for another is likely a slip of the pen; a table, or a file whose columns are mapped, may.
 */
final class Columns {

    private final Map<String, @Nullable String> mapping;
    private final boolean othersAllowed;
    private final Set<String> seen = new LinkedHashSet<>();
    private final Set<String> ignored = new LinkedHashSet<>();

    Columns(Map<String, @Nullable String> mapping, boolean table) {
        this.mapping = mapping;
        this.othersAllowed = table || !mapping.isEmpty();
    }

    /** The columns that can be part of a row, of those that a table has. */
    List<String> wanted(Collection<String> ofTable) {
        seen.addAll(ofTable);
        requireMapped();
        return ofTable.stream().filter(this::isWanted).toList();
    }

    private boolean isWanted(String column) {
        boolean wanted = mapping.containsValue(column)
                || RowShape.allFields().contains(column) && !mapping.containsKey(column)
                || isNearlyAField(column);
        if (!wanted) {
            ignored.add(column);
        }
        return wanted;
    }

    /** So that a slip of the pen is found when the row is read. */
    private boolean isNearlyAField(String column) {
        return mapping.isEmpty() && Form.nearest(column, RowShape.allFields()).isPresent();
    }

    /** The row with its columns named as fields; those of other names come after. */
    Map<?, ?> renamed(Map<?, ?> row) {
        if (mapping.isEmpty()) {
            return row;
        }
        row.keySet().forEach(column -> seen.add((String) column));
        var fields = new LinkedHashMap<Object, @Nullable Object>();
        mapping.forEach((field, column) -> {
            if (column != null && row.containsKey(column)) {
                fields.put(field, row.get(column));
            }
        });
        row.forEach((column, value) -> {
            if (mapping.containsKey(column) && !mapping.containsValue(column)) {
                ignored.add((String) column);
            } else if (!mapping.containsValue(column)) {
                fields.put(column, value);
            }
        });
        return fields;
    }

    /**
     * The row without what is no part of its shape.
     *
     * @throws BadRow if there is such a column and there may be none, or its name is almost that of a field
     */
    Map<?, ?> fieldsOf(RowShape shape, Map<?, ?> row) throws BadRow {
        List<String> others = new ArrayList<>();
        for (Object name : row.keySet()) {
            if (!shape.fields().contains(name)) {
                others.add((String) name);
            }
        }
        for (String name : others) {
            refuse(name, shape, row);
        }
        if (others.isEmpty()) {
            return row;
        }
        ignored.addAll(others);
        var fields = new LinkedHashMap<Object, @Nullable Object>(row);
        fields.keySet().removeAll(others);
        return fields;
    }

    private void refuse(String name, RowShape shape, Map<?, ?> row) throws BadRow {
        if (!othersAllowed) {
            throw shape.unknown(name);
        }
        if (RowShape.IMAGES.contains(name)) {
            throw new BadRow("unsupported", name + " is not supported; only rows of text can be trained on");
        }
        boolean slip = mapping.isEmpty()
                && !RowShape.allFields().contains(name)
                && Form.nearest(name, shape.fields())
                        .filter(near -> !row.containsKey(near))
                        .isPresent();
        if (slip) {
            throw shape.unknown(name);
        }
    }

    /** A message for a row that lacks a field: where it was looked for, and what there is. */
    String missing(String field, Map<?, ?> row) {
        String column = mapping.get(field);
        return column == null
                ? "%s is missing".formatted(field)
                : "column %s (for %s) is missing; the row has %s"
                        .formatted(column, field, seen.isEmpty() ? row.keySet() : String.join(", ", seen));
    }

    /** @throws UnreadableFile if no row had one of the mapped columns */
    void requireMapped() {
        mapping.forEach((field, column) -> {
            if (column != null && !seen.isEmpty() && !seen.contains(column)) {
                throw new UnreadableFile(
                        "unknown_column",
                        "columns maps %s to %s, which the file does not have; it has %s"
                                .formatted(field, column, String.join(", ", seen)));
            }
        });
    }

    List<String> ignored() {
        return List.copyOf(ignored);
    }
}
