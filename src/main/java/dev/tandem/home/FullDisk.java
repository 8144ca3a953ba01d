package dev.tandem.home;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells a disk without room, the server's or its database's, from other failures to write. */
public final class FullDisk {

    private FullDisk() {}

    public static boolean caused(@Nullable Throwable thrown) {
        return Stream.iterate(thrown, t -> t != null, Throwable::getCause)
                .limit(32) // a chain of causes may be a circle
                .map(cause -> String.valueOf(cause.getMessage()))
                .anyMatch(words -> words.contains("No space left on device") || words.contains("Disk quota exceeded"));
    }
}
