package dev.tandem.datasets;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.OnInvalid;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamSource;

/**
 * A file on its way in.
 *
 * @param name of the dataset; the file's own name without its ending if null
 * @param fileName as the sender calls it; its ending says how the file is written
 * @param columns which column of the file a field of a row is in, where it is not that of its own name; null for a field
 *     to leave alone
 * @param sameFor how long ago an upload of the very same file may be to be taken for this one; null for however long
 */
public record DatasetUpload(
        @Nullable String name,
        String fileName,
        InputStreamSource content,
        DatasetFormat format,
        Map<String, @Nullable String> columns,
        OnInvalid onInvalid,
        @Nullable Duration sameFor) {

    public DatasetUpload(
            @Nullable String name,
            String fileName,
            InputStreamSource content,
            DatasetFormat format,
            Map<String, @Nullable String> columns,
            OnInvalid onInvalid) {
        this(name, fileName, content, format, columns, onInvalid, null);
    }

    /** A file whose columns have the names of the fields. */
    public DatasetUpload(
            @Nullable String name,
            String fileName,
            InputStreamSource content,
            DatasetFormat format,
            OnInvalid onInvalid) {
        this(name, fileName, content, format, Map.of(), onInvalid);
    }
}
