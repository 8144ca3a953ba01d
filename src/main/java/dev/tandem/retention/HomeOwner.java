package dev.tandem.retention;

import dev.tandem.home.TandemHome;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * Whether the files of the home belong to this database. With another one, for instance a new and empty one because an
 * address was forgotten, every file would look like a leftover.
 */
@Component
class HomeOwner {

    private static final Logger LOG = LoggerFactory.getLogger(HomeOwner.class);

    private final JdbcClient sql;
    private final Path file;

    HomeOwner(JdbcClient sql, TandemHome home) {
        this.sql = sql;
        this.file = home.installation();
    }

    /** A home without an owner is taken. */
    boolean isThisDatabase() {
        String ours =
                sql.sql("SELECT id::text FROM installation").query(String.class).single();
        try {
            String owner = ownerOr(ours);
            if (!owner.equals(ours)) {
                LOG.warn(
                        "{} says that the files beside it belong to database {}, this is {}: nothing is cleared up; delete that file if they are this one's",
                        file,
                        owner,
                        ours);
            }
            return owner.equals(ours);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private String ownerOr(String ours) throws IOException {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, ours + "\n", StandardOpenOption.CREATE_NEW);
            return ours;
        } catch (FileAlreadyExistsException e) {
            String owner = Files.readString(file).strip();
            if (owner.isEmpty()) { // a crash came between the file and its line
                Files.writeString(file, ours + "\n");
                return ours;
            }
            return owner;
        }
    }
}
