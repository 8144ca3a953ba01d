package dev.tandem.jobs;

import dev.tandem.spec.DataSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What a job is made from, looked up. */
public record Inputs(
        ModelRef model,
        @Nullable ModelRef adapter,
        DatasetRef dataset,
        @Nullable DatasetRef evalDataset) {

    /** @param kind {@code base}, {@code fine_tuned} or {@code adapter}; {@code parent} is an adapter's base */
    public record ModelRef(
            String id, String name, String kind, @Nullable String parent, String digest, Path folder) {}

    /** @param pairs whether every row has a rejected side */
    public record DatasetRef(String id, String name, String digest, boolean pairs, DataSource source) {}
}
