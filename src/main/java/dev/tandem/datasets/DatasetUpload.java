package dev.tandem.datasets;

import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.OnInvalid;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.InputStreamSource;

/**
 * A file on its way in.
 *
 * @param name of the dataset; the file's own name without its ending if null
 * @param fileName as the sender calls it; its ending says how the file is written
 */
public record DatasetUpload(
        @Nullable String name, String fileName, InputStreamSource content, DatasetFormat format, OnInvalid onInvalid) {}
