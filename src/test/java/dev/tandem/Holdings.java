package dev.tandem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.springframework.boot.test.context.TestComponent;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What the app holds, in rows and in files, to show that a refused request left nothing. */
@TestComponent
public class Holdings {

    private final JdbcClient sql;
    private final Path blobs;

    Holdings(JdbcClient sql, Environment environment) {
        this.sql = sql;
        this.blobs = Path.of(environment.getRequiredProperty("tandem.home"), "blobs");
    }

    /** A piece of a test that throws. */
    public interface Step {
        void run() throws Exception;
    }

    public void areTheSameAfter(Step step) throws Exception {
        List<Object> before = all();
        step.run();
        assertThat(all()).isEqualTo(before);
    }

    /** Digests of stored folders. */
    public TreeSet<String> trees() throws IOException {
        return names("trees");
    }

    private List<Object> all() throws IOException {
        return List.of(count("model"), count("dataset"), names("trees"), names("manifests"), names("staging"));
    }

    private Long count(String table) {
        return sql.sql("SELECT count(*) FROM " + table).query(Long.class).single();
    }

    private TreeSet<String> names(String folder) throws IOException {
        var names = new TreeSet<String>();
        if (Files.isDirectory(blobs.resolve(folder))) {
            try (Stream<Path> paths = Files.walk(blobs.resolve(folder))) {
                paths.forEach(path -> names.add(path.toString()));
                names.remove(blobs.resolve(folder).toString());
            }
        }
        return names;
    }
}
