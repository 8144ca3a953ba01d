package dev.tandem.datasets;

import dev.tandem.home.TandemHome;
import dev.tandem.storage.BlobStore;
import dev.tandem.text.PreferenceFile;
import dev.tandem.text.Reading;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Knows which datasets ask the same. The hashes of each one's prompts are sorted into a file when it is stored, so that two of
 * any size are compared by reading both files once.
 */
@Component
class Prompts {

    private final TandemHome home;
    private final BlobStore blobs;

    Prompts(TandemHome home, BlobStore blobs) {
        this.home = home;
        this.blobs = blobs;
    }

    /** Where hashes may lie while a file is checked. */
    Path scratch() {
        return home.fingerprints();
    }

    void keep(Dataset dataset, KeyedLines prompts) throws IOException {
        Path file = file(dataset.id());
        Path partial = Files.createTempFile(Files.createDirectories(scratch()), "prompts-", ".partial");
        try (var out = new KeyedLines.Writing(partial)) {
            prompts.read(out::write);
        }
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void forget(String id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the fingerprints of dataset " + id, e);
        }
    }

    Leakage compare(Dataset one, Dataset other) {
        var found = new FirstLines<Leakage.Shared>(DatasetReport.MOST_ERRORS, Leakage.Shared::line);
        try (var ours = new KeyedLines.Reading(known(one));
                var theirs = new KeyedLines.Reading(known(other))) {
            boolean more = theirs.advance();
            while (ours.advance()) {
                while (more && theirs.key < ours.key) {
                    more = theirs.advance();
                }
                if (more && theirs.key == ours.key) {
                    found.add(new Leakage.Shared(ours.line, theirs.line));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot compare datasets %s and %s".formatted(one.id(), other.id()), e);
        }
        return leakage(one, other, found);
    }

    private static Leakage leakage(Dataset one, Dataset other, FirstLines<Leakage.Shared> found) {
        List<Leakage.Shared> lines = found.first();
        String warning = lines.isEmpty()
                ? null
                : "%d of %d rows of %s ask what %s asks too, as line %d does line %d: an evaluation on them measures what was trained on"
                        .formatted(
                                found.count(),
                                one.rows(),
                                one.name(),
                                other.name(),
                                lines.getFirst().line(),
                                lines.getFirst().otherLine());
        return new Leakage(other.id(), found.count(), (double) found.count() / one.rows(), lines, warning);
    }

    /** Datasets of before are read once more. */
    private Path known(Dataset dataset) throws IOException {
        Path file = file(dataset.id());
        if (!Files.exists(file)) {
            try (var check = new DatasetCheck(scratch())) {
                var how = new Reading(dataset.format(), dataset.columns(), Long.MAX_VALUE);
                PreferenceFile.read(blobs.path(dataset.tree()).resolve(dataset.file()), how, check);
                keep(dataset, check.prompts());
            }
        }
        return file;
    }

    private Path file(String id) {
        return home.fingerprints().resolve(id + ".prompts");
    }
}
