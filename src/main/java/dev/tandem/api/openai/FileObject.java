package dev.tandem.api.openai;

import dev.tandem.datasets.Dataset;
import dev.tandem.jobs.Job;
import org.jspecify.annotations.Nullable;

/**
 * A dataset, or the metrics of a job, as a file. Rows are checked before a file is stored, so its status is always
 * {@code processed}.
 *
 * @param createdAt seconds since 1970
 */
record FileObject(
        String id,
        String object,
        long bytes,
        long createdAt,
        @Nullable Long expiresAt,
        String filename,
        String purpose,
        String status,
        @Nullable String statusDetails) {

    static final String PURPOSE = "fine-tune";

    static FileObject of(Dataset dataset) {
        return new FileObject(
                Naming.FILE.show(dataset.id()),
                "file",
                dataset.sizeBytes(),
                dataset.createdAt().getEpochSecond(),
                null,
                dataset.fileName(),
                PURPOSE,
                "processed",
                null);
    }

    static FileObject of(Job job, ResultFile result) {
        return new FileObject(
                Naming.RESULT.show(job.id()),
                "file",
                result.csv().length,
                FineTuningJob.seconds(job.finishedAt() == null ? job.createdAt() : job.finishedAt()),
                null,
                ResultFile.NAME,
                "fine-tune-results",
                "processed",
                null);
    }
}
