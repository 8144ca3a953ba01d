package dev.tandem.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.storage.StoredFile;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A stored file as clients see it. */
record FileView(String name, @JsonProperty("size_bytes") long sizeBytes, String digest) {

    static final int MOST = 1000;
    static final String ALL = "" + MOST;

    static FileView of(StoredFile file) {
        return new FileView(file.name(), file.sizeBytes(), file.digest());
    }

    /** By name, from behind {@code after}. */
    static Page<FileView> page(List<StoredFile> files, @Nullable String after, int limit) {
        List<StoredFile> rest = files.stream()
                .filter(file -> after == null || file.name().compareTo(after) > 0)
                .sorted(Comparator.comparing(StoredFile::name))
                .limit(limit + 1L)
                .toList();
        return Page.of(rest, limit, StoredFile::name, FileView::of);
    }
}
