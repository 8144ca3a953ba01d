package dev.tandem.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.storage.StoredFile;

/** A stored file as clients see it. */
record FileView(String name, @JsonProperty("size_bytes") long sizeBytes, String digest) {

    static FileView of(StoredFile file) {
        return new FileView(file.name(), file.sizeBytes(), file.digest());
    }
}
