package dev.tandem.api.openai;

import dev.tandem.datasets.DatasetUpload;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.OnInvalid;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.multipart.MultipartFile;

/** A file on its way in; it becomes the next version of the dataset that its name stands for. */
record SentFile(String name, MultipartFile content) {

    private static final int LONGEST_NAME = 255;
    private static final int LONGEST_STEM = 100;

    static SentFile of(MultipartFile file) {
        String name = file.getOriginalFilename();
        if (name == null || name.isBlank() || name.length() > LONGEST_NAME || name.indexOf(0) >= 0) {
            throw new InvalidSpec(
                    "file",
                    "invalid_file_name",
                    "file must have a name of 1 to %d characters that ends in .jsonl, had %s"
                            .formatted(LONGEST_NAME, name == null ? "none" : name.length() + " characters"));
        }
        return new SentFile(name, file);
    }

    DatasetUpload upload(@Nullable Duration retryOf) {
        Duration sameFor = retryOf == null ? Duration.ZERO : retryOf;
        return new DatasetUpload(datasetName(), name, content, DatasetFormat.AUTO, Map.of(), OnInvalid.REJECT, sameFor);
    }

    /** The file's own name without its ending, made to fit the rule for names of datasets. */
    private String datasetName() {
        String stem = name.replaceFirst("(?i)(\\.(jsonl|json|parquet))?(\\.gz)?$", "")
                .replaceAll("[^A-Za-z0-9._:-]+", "-")
                .replaceFirst("^[^A-Za-z0-9]+", "");
        String fit = stem.length() > LONGEST_STEM ? stem.substring(0, LONGEST_STEM) : stem;
        return fit.isEmpty() || fit.startsWith("ds_") ? "file-" + fit : fit;
    }
}
