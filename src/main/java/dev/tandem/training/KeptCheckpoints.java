package dev.tandem.training;

import dev.tandem.spec.Retention;
import dev.tandem.storage.Durable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The checkpoints that a process wrote where no server owns them, no more than {@code save_total_limit} of them. */
public final class KeptCheckpoints {

    private final @Nullable Integer limit;
    private final SortedMap<Integer, Path> folders = new TreeMap<>();

    /** @param limit null to keep all */
    public KeptCheckpoints(@Nullable Integer limit) {
        this.limit = limit;
    }

    /**
     * Deletes what the new checkpoint makes surplus.
     *
     * @param best step of the checkpoint that may become the result; it stays
     * @throws IOException if a folder cannot be deleted
     */
    public void add(int step, Path folder, @Nullable Integer best) throws IOException {
        folders.put(step, folder);
        for (int surplus : Retention.surplus(List.copyOf(folders.keySet()), limit, best)) {
            Durable.deleteTree(Objects.requireNonNull(folders.remove(surplus)));
        }
    }
}
