package dev.tandem.spec;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A file of rows for a worker to read.
 *
 * @param path absolute path of the file
 * @param columns which column of the file a field of a row is in, where it is not that of its own name; null for a field
 *     to leave alone
 * @param rowsExpected valid rows counted at upload; a worker that finds another number refuses to train
 */
public record DataSource(
        String path,
        DatasetFormat format,
        Map<String, @Nullable String> columns,
        OnInvalid onInvalid,
        long rowsExpected) {

    public DataSource {
        // An order may be of a server that knew no columns.
        columns = columns == null ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** A file whose columns have the names of the fields. */
    public DataSource(String path, DatasetFormat format, OnInvalid onInvalid, long rowsExpected) {
        this(path, format, Map.of(), onInvalid, rowsExpected);
    }
}
