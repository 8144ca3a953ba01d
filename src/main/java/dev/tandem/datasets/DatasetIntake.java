package dev.tandem.datasets;

import dev.tandem.security.Project;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.OnInvalid;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import dev.tandem.storage.StoredFile;
import dev.tandem.text.FileKind;
import dev.tandem.text.PreferenceFile;
import dev.tandem.text.Reading;
import dev.tandem.text.UnreadableFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Service;

/** Takes datasets in. What is refused leaves nothing behind. */
@Service
public class DatasetIntake {

    /** What an upload became. */
    public record Taken(Dataset dataset, boolean isNew) {}

    private static final Logger log = LoggerFactory.getLogger(DatasetIntake.class);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,127}");

    private static final Map<String, FileKind> ENDINGS = Map.of(
            ".jsonl", FileKind.TEXT,
            ".json", FileKind.TEXT,
            ".jsonl.gz", FileKind.GZIP,
            ".json.gz", FileKind.GZIP,
            ".parquet", FileKind.PARQUET);

    private final DatasetShelf shelf;
    private final DatasetProperties properties;
    private final BlobStore blobs;
    private final Prompts prompts;

    DatasetIntake(DatasetShelf shelf, DatasetProperties properties, BlobStore blobs, Prompts prompts) {
        this.shelf = shelf;
        this.properties = properties;
        this.blobs = blobs;
        this.prompts = prompts;
    }

    /**
     * Checks and stores a file. The same file again, under the same name and read the same way, is the dataset that is
     * there already; another file under the same name is its next version.
     *
     * @throws InvalidRows if lines are bad and the upload does not say to skip them
     */
    public Taken take(Project project, DatasetUpload upload) {
        String ending = ending(upload.fileName());
        String storedAs = "data" + ending; // so that the same bytes are stored once, whatever the sender calls them
        String name = checkName(upload.name() == null ? stem(upload.fileName(), ending) : upload.name());
        try (Staging staging = blobs.stage();
                InputStream in = upload.content().getInputStream();
                var check = new DatasetCheck(prompts.scratch())) {
            StoredFile file =
                    staging.write(storedAs, in, properties.maxFileSize().toBytes());
            if (file.sizeBytes() == 0) {
                throw new InvalidSpec(
                        "file",
                        "empty_file",
                        "file \"%s\" is empty; it must hold at least one row".formatted(upload.fileName()));
            }
            Path path = staging.folder().resolve(storedAs);
            requireKind(path, ending, upload.fileName());
            Reading.Found found = read(path, upload, check);
            DatasetReport report = check.report();
            requireRows(report, upload);
            var checked = new CheckedFile(file, blobs.seal(staging), found, upload, report, check.hasRejected());
            Taken taken = shelf.put(project, name, checked, staging);
            if (taken.isNew()) {
                prompts.keep(taken.dataset(), check.prompts());
                log.info(
                        "stored dataset {} version {} as {}: {} rows, {} invalid",
                        name,
                        taken.dataset().version(),
                        taken.dataset().id(),
                        taken.dataset().rows(),
                        report.invalid());
            }
            return taken;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot store dataset \"%s\"".formatted(name), e);
        }
    }

    private Reading.Found read(Path file, DatasetUpload upload, DatasetCheck check) throws IOException {
        try {
            long limit = properties.maxUnpackedSize().toBytes();
            return PreferenceFile.read(file, new Reading(upload.format(), upload.columns(), limit), check);
        } catch (UnreadableFile e) {
            String field = e.code().equals("unknown_column") ? "columns" : "file";
            throw new InvalidSpec(field, e.code(), String.valueOf(e.getMessage()));
        }
    }

    private static void requireRows(DatasetReport report, DatasetUpload upload) {
        boolean refused = upload.onInvalid() == OnInvalid.REJECT || report.valid() == 0;
        if (report.invalid() > 0 && refused) {
            throw new InvalidRows(report);
        }
        if (report.valid() == 0) {
            throw new InvalidSpec(
                    "file",
                    "empty_file",
                    "file \"%s\" has no rows; it must hold at least one".formatted(upload.fileName()));
        }
    }

    private static void requireKind(Path file, String ending, String fileName) throws IOException {
        FileKind kind = FileKind.of(file);
        if (kind != ENDINGS.get(ending)) {
            throw new InvalidSpec(
                    "file",
                    "damaged_file",
                    "file \"%s\" holds %s, not what its ending %s says; send the file itself under its own ending"
                            .formatted(fileName, inWords(kind), ending));
        }
    }

    private static String inWords(FileKind kind) {
        return switch (kind) {
            case TEXT -> "neither gzip nor Parquet";
            case GZIP -> "gzip";
            case PARQUET -> "Parquet";
        };
    }

    private static String ending(String fileName) {
        return ENDINGS.keySet().stream()
                .filter(fileName.toLowerCase(Locale.ROOT)::endsWith)
                .findFirst()
                .orElseThrow(() -> new InvalidSpec(
                        "file",
                        "unsupported_file",
                        "file must be named like rows.jsonl (one JSON object a line), rows.json (one array of them), rows.jsonl.gz, rows.json.gz or rows.parquet, was \"%s\"; convert it first"
                                .formatted(fileName)));
    }

    /** The file's name without its ending, made to fit the rule for names. */
    private static String stem(String fileName, String ending) {
        String stem = fileName.substring(0, fileName.length() - ending.length()).replaceAll("[^A-Za-z0-9._:-]+", "-");
        return stem.replaceFirst("^[^A-Za-z0-9]+", "");
    }

    private static String checkName(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches() || name.startsWith("ds_")) {
            throw new InvalidSpec(
                    "name",
                    "invalid_value",
                    "name must be 1 to 128 letters, digits and . _ : - (first a letter or digit, and not ds_), was \"%s\""
                            .formatted(name));
        }
        return name;
    }
}
