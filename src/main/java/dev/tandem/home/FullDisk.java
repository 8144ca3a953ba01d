package dev.tandem.home;

import java.sql.SQLException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells a disk without room, the server's or its database's, from other failures to write. */
public final class FullDisk {

    /** PostgreSQL says it in the operator's language, but with this SQLSTATE. */
    private static final String DATABASE_DISK_FULL = "53100";

    private FullDisk() {}

    public static boolean caused(@Nullable Throwable thrown) {
        return Stream.iterate(thrown, t -> t != null, Throwable::getCause)
                .limit(32) // a chain of causes may be a circle
                .anyMatch(FullDisk::isOne);
    }

    private static boolean isOne(Throwable cause) {
        String words = String.valueOf(cause.getMessage());
        return words.contains("No space left on device")
                || words.contains("Disk quota exceeded")
                || cause instanceof SQLException e && DATABASE_DISK_FULL.equals(e.getSQLState());
    }
}
