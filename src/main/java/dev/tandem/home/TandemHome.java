package dev.tandem.home;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where an installation keeps its files.
 *
 * @param home folder of the database, blobs, checkpoints and logs; made when it is missing
 */
@ConfigurationProperties("tandem")
public record TandemHome(@DefaultValue("./tandem-data") Path home) {

    public TandemHome {
        home = home.toAbsolutePath().normalize();
    }

    public Path postgres() {
        return home.resolve("postgres");
    }

    public Path blobs() {
        return home.resolve("blobs");
    }

    public Path logs() {
        return home.resolve("logs");
    }

    /** Local state of worker processes: their write-ahead logs. */
    public Path workers() {
        return home.resolve("workers");
    }

    /** What Java keeps of the classes that workers load. */
    public Path workerClasses() {
        return home.resolve("worker-classes.jsa");
    }

    /** Ids of worker processes, by the server that started them. */
    public Path processes() {
        return home.resolve("processes");
    }

    /** Log-probabilities that references gave to rows, for later jobs. */
    public Path referenceLogps() {
        return home.resolve("reference-logps");
    }

    /** Hashes of what datasets ask, by which they are compared; made again where they are missing. */
    public Path fingerprints() {
        return home.resolve("fingerprints");
    }

    /** Below it a folder for each job. */
    public Path checkpoints() {
        return home.resolve("checkpoints");
    }

    /** The folder of one job's checkpoints. */
    public Path checkpoints(String job) {
        return checkpoints().resolve(job);
    }

    /** Parts of uploads while they arrive. */
    public Path uploads() {
        return home.resolve("uploads");
    }

    /** What is out of sight and not deleted yet. */
    public Path trash() {
        return home.resolve("trash");
    }

    /** Names the installation whose database the files belong to. */
    public Path installation() {
        return home.resolve("installation");
    }
}
