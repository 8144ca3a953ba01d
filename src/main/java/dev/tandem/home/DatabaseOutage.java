package dev.tandem.home;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import java.util.stream.Stream;
import org.hibernate.TransactionException;
import org.jspecify.annotations.Nullable;

/** Tells "the database cannot be asked now" from "what it was asked is wrong". */
public final class DatabaseOutage {

    /** Classes of SQLSTATE: no connection, rolled back for another's sake, no room, the server ends, its disk or memory fails. */
    private static final Set<String> CLASSES = Set.of("08", "40", "53", "57", "58");

    private DatabaseOutage() {}

    /** Whether the same request may succeed later, unchanged. It may have been carried out: only the answer is missing. */
    public static boolean caused(@Nullable Throwable thrown) {
        // A chain of causes may be a circle; none that means something is this long.
        return Stream.iterate(thrown, t -> t != null, Throwable::getCause)
                .limit(32)
                .anyMatch(DatabaseOutage::isOne);
    }

    private static boolean isOne(Throwable thrown) {
        return switch (thrown) {
            case SQLTransientConnectionException e -> true; // the pool has none to give
            // What cannot even be rolled back has lost its connection; the exception that told of it is gone with it.
            case TransactionException e -> e.getCause() instanceof SQLException lost && lost.getSQLState() == null;
            case SQLException e -> {
                String state = e.getSQLState();
                yield state != null && state.length() == 5 && CLASSES.contains(state.substring(0, 2));
            }
            default -> false;
        };
    }
}
