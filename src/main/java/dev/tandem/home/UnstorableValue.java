package dev.tandem.home;

import java.sql.SQLException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Tells a value that no database takes, as a text with U+0000, from what went wrong within the server. */
public final class UnstorableValue {

    private UnstorableValue() {}

    /** SQLSTATE class 22: the data, not the question. */
    public static boolean caused(@Nullable Throwable thrown) {
        return Stream.iterate(thrown, t -> t != null, Throwable::getCause)
                .limit(32) // a chain of causes may be a circle
                .anyMatch(cause -> cause instanceof SQLException sql
                        && String.valueOf(sql.getSQLState()).startsWith("22"));
    }
}
