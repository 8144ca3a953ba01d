package dev.tandem.models;

import dev.tandem.security.Project;
import dev.tandem.spec.Ids;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A checkpoint or adapter in the blob store, what it is, and what it came from. Never changes once registered. */
@Entity
@Table(name = "model")
public class RegisteredModel {

    @Id
    private String id;

    private String project;
    private String name;

    @Enumerated(EnumType.STRING)
    private ModelKind kind;

    private String architecture;
    private long parameters;
    private String dtype;
    private int vocabSize;
    private int contextLength;
    private String digest;
    private long sizeBytes;
    private @Nullable String parentModel;
    private @Nullable String job;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(insertable = false, updatable = false)
    private @Nullable Map<String, @Nullable Object> recipe;

    private Instant createdAt;

    protected RegisteredModel() {} // for JPA

    RegisteredModel(
            Project project,
            String name,
            ModelKind kind,
            ModelFacts facts,
            String digest,
            long sizeBytes,
            Instant now) {
        this.project = project.name();
        this.id = Ids.fresh("mdl_");
        this.name = name;
        this.kind = kind;
        this.architecture = facts.architecture();
        this.parameters = facts.parameters();
        this.dtype = facts.dtype();
        this.vocabSize = facts.vocabSize();
        this.contextLength = facts.contextLength();
        this.digest = digest;
        this.sizeBytes = sizeBytes;
        this.createdAt = now.truncatedTo(ChronoUnit.MICROS); // what the database keeps
    }

    RegisteredModel from(@Nullable String parent, @Nullable String producer) {
        this.parentModel = parent;
        this.job = producer;
        return this;
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

    public ModelKind kind() {
        return kind;
    }

    public ModelFacts facts() {
        return new ModelFacts(architecture, parameters, dtype, vocabSize, contextLength);
    }

    /** Digest of the model's folder in the blob store. */
    public String digest() {
        return digest;
    }

    public long sizeBytes() {
        return sizeBytes;
    }

    /** The id of the model it was trained from, or that the adapter belongs to. */
    public @Nullable String parentModel() {
        return parentModel;
    }

    /** The id of the job that made it. */
    public @Nullable String job() {
        return job;
    }

    /** What its job was asked to do, kept when that job was deleted; null before. */
    public @Nullable Map<String, @Nullable Object> recipe() {
        return recipe;
    }

    public Instant createdAt() {
        return createdAt;
    }
}
