package dev.tandem.text;

import dev.tandem.spec.DatasetFormat;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How to read a file of rows.
 *
 * @param columns which column of the file each field of a row is in; null for a field to leave alone though the file has
 *     a column of its name. Fields that are not named are in the column of their own name
 * @param maxUnpackedBytes what the file may become when it is unpacked
 */
public record Reading(DatasetFormat format, Map<String, @Nullable String> columns, long maxUnpackedBytes) {

    /**
     * What a file turned out to be.
     *
     * @param format the one that was asked for, or the one that {@code AUTO} found; {@code AUTO} if the rows are of several
     * @param ignoredColumns columns that are no part of a row, which only Parquet and mapped files may have
     */
    public record Found(DatasetFormat format, List<String> ignoredColumns) {}

    public Reading {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns)); // its values may be null
    }

    /** Reads fields by their own names, however much they are. */
    public static Reading as(DatasetFormat format) {
        return new Reading(format, Map.of(), Long.MAX_VALUE);
    }
}
