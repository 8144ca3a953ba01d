package dev.tandem.retention;

import dev.tandem.home.TandemHome;
import dev.tandem.jobs.IllegalTransition;
import dev.tandem.jobs.JobDeletion;
import dev.tandem.jobs.JobRemains;
import dev.tandem.spec.NotFound;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Goes through the folders that jobs have below the home, and through the jobs that ended long ago. */
@Component
class LeftOfJobs {

    private static final Logger LOG = LoggerFactory.getLogger(LeftOfJobs.class);
    private static final int AT_ONCE = 1000;

    private final JobRemains remains;
    private final JobDeletion deletion;
    private final TandemHome home;

    LeftOfJobs(JobRemains remains, JobDeletion deletion, TandemHome home) {
        this.remains = remains;
        this.deletion = deletion;
        this.home = home;
    }

    /** @param kept how long the checkpoints of a job that is over stay */
    void clear(Instant then, Duration kept) {
        var ids = new TreeSet<String>(names(home.checkpoints()));
        ids.addAll(names(home.workers()));
        ids.forEach(id -> remains.clear(id, then, kept));
        List<String> logs = names(home.logs());
        for (int from = 0; from < logs.size(); from += AT_ONCE) {
            var unknown = new ArrayList<>(logs.subList(from, Math.min(logs.size(), from + AT_ONCE)));
            Set<String> known = remains.known(unknown);
            unknown.removeAll(known);
            unknown.forEach(id -> remains.clearLogs(id, then));
        }
    }

    /** @return how many went */
    int deleteEnded(Duration age) {
        int gone = 0;
        for (List<String> ids = remains.ended(age, AT_ONCE); !ids.isEmpty(); ids = remains.ended(age, AT_ONCE)) {
            ids.forEach(this::delete);
            gone += ids.size();
        }
        return gone;
    }

    private void delete(String id) {
        try {
            deletion.delete(id);
        } catch (NotFound | IllegalTransition e) {
            LOG.debug("someone else was first", e);
        }
    }

    private static List<String> names(Path folder) {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString()).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
