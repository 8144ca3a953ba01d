package dev.tandem.datasets;

import dev.tandem.security.Project;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.Ids;
import dev.tandem.spec.OnInvalid;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** One version of a file of rows. Never changes once stored. */
@Entity
public class Dataset {

    @Id
    private String id;

    private String project;
    private String name;
    private int version;
    private String digest;
    private String tree;
    private String file;
    private @Nullable String fileName;

    @Enumerated(EnumType.STRING)
    private DatasetFormat format;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, @Nullable String> columns;

    @JdbcTypeCode(SqlTypes.JSON)
    private List<String> ignoredColumns;

    @Enumerated(EnumType.STRING)
    private OnInvalid onInvalid;

    private long rows;
    private boolean hasRejected;
    private long sizeBytes;

    @JdbcTypeCode(SqlTypes.JSON)
    private DatasetReport report;

    private Instant createdAt;

    protected Dataset() {} // for JPA

    Dataset(Project project, String name, int version, CheckedFile checked, Instant now) {
        this.project = project.name();
        this.id = Ids.fresh("ds_");
        this.name = name;
        this.version = version;
        this.digest = checked.stored().digest();
        this.tree = checked.tree().digest();
        this.file = checked.stored().name();
        this.format = checked.found().format();
        this.fileName = checked.upload().fileName();
        this.columns = checked.upload().columns();
        this.ignoredColumns = checked.found().ignoredColumns();
        this.onInvalid = checked.upload().onInvalid();
        this.rows = checked.report().valid();
        this.hasRejected = checked.hasRejected();
        this.sizeBytes = checked.stored().sizeBytes();
        this.report = checked.report();
        this.createdAt = now.truncatedTo(ChronoUnit.MICROS); // what the database keeps
    }

    public String id() {
        return id;
    }

    public Project project() {
        return new Project(project);
    }

    public String name() {
        return name;
    }

    public int version() {
        return version;
    }

    /** SHA-256 of the file, as {@code sha256sum} gives it. */
    public String digest() {
        return digest;
    }

    /** Digest of the folder in the blob store that holds the file. */
    String tree() {
        return tree;
    }

    String file() {
        return file;
    }

    /** What the sender calls the file. */
    public String fileName() {
        return fileName == null ? name + file.substring(file.indexOf('.')) : fileName;
    }

    public DatasetFormat format() {
        return format;
    }

    /** Which column of the file a field of a row is in, where it is not that of its own name. */
    public Map<String, @Nullable String> columns() {
        return columns;
    }

    /** Columns of the file that are no part of its rows. */
    public List<String> ignoredColumns() {
        return ignoredColumns;
    }

    public OnInvalid onInvalid() {
        return onInvalid;
    }

    /** Valid rows. */
    public long rows() {
        return rows;
    }

    /** Whether the rows are preference pairs; if not, they are demonstrations and only {@code sft} can use them. */
    public boolean hasRejected() {
        return hasRejected;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    public DatasetReport report() {
        return report;
    }

    public Instant createdAt() {
        return createdAt;
    }
}
