package dev.tandem.jobs;

import static dev.tandem.jobs.JobStatus.CANCELLED;
import static dev.tandem.jobs.JobStatus.FAILED;
import static dev.tandem.jobs.JobStatus.PAUSED;
import static dev.tandem.jobs.JobStatus.PAUSING;
import static dev.tandem.jobs.JobStatus.QUEUED;
import static dev.tandem.jobs.JobStatus.RUNNING;
import static dev.tandem.jobs.JobStatus.STARTING;
import static dev.tandem.jobs.JobStatus.SUCCEEDED;

import dev.tandem.security.Project;
import dev.tandem.spec.Form;
import dev.tandem.spec.RunIdentity;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Map;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * A request to train, and what became of it. Every change of status goes through {@link #become}. How far a run is gets
 * written by the hot paths in SQL, so those columns are read-only here.
 */
@Entity
public class Job {

    @Id
    private String id;

    @Version
    private @Nullable Long version;

    private String project;
    private String name;

    @Convert(converter = Words.OfStatus.class)
    private JobStatus status;

    private String statusReason;

    @Convert(converter = Words.OfWish.class)
    private Wish desired;

    private @Nullable Instant desiredAt;
    private @Nullable String stoppingFor;
    private String queue;
    private int priority;
    private int gpus;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, String> labels;

    @JdbcTypeCode(SqlTypes.JSON)
    private Map<String, @Nullable Object> spec;

    private String modelId;
    private String datasetId;
    private @Nullable String evalDatasetId;
    private @Nullable String adapterId;
    private @Nullable String runDigest;
    private int maxRetries;
    private @Nullable Long maxRuntimeSeconds;
    private @Nullable String dedupeKey;
    private @Nullable String dedupeDigest;
    private long epoch;
    private int failures;
    private Instant nextRunAt;

    @Column(insertable = false, updatable = false)
    private int step;

    @Column(insertable = false, updatable = false)
    private int totalSteps;

    @Column(insertable = false, updatable = false)
    private double dataEpoch;

    @Column(insertable = false, updatable = false)
    private @Nullable Double etaSeconds;

    @JdbcTypeCode(SqlTypes.JSON)
    @Column(insertable = false, updatable = false)
    private Map<String, @Nullable Object> latestMetrics;

    private @Nullable String outputModel;
    private @Nullable String errorCode;
    private @Nullable String errorMessage;
    private Instant createdAt;
    private @Nullable Instant startedAt;
    private @Nullable Instant finishedAt;

    protected Job() {} // for JPA

    Job(Project project, String id, SubmitJob request, Inputs inputs, @Nullable Dedupe dedupe, Instant now) {
        this.id = id;
        this.project = project.name();
        this.name = request.name() == null ? id : request.name();
        this.status = QUEUED;
        this.statusReason = "waiting for a free worker slot";
        this.desired = Wish.CONTINUE;
        this.queue = request.queue();
        this.priority = request.priority();
        this.gpus = request.resources().count();
        this.labels = request.labels();
        this.spec = Form.write(request);
        this.modelId = inputs.model().id();
        this.datasetId = inputs.dataset().id();
        this.evalDatasetId =
                inputs.evalDataset() == null ? null : inputs.evalDataset().id();
        this.adapterId = inputs.adapter() == null ? null : inputs.adapter().id();
        this.runDigest = RunIdentity.of(request.method(), request.training(), request.lora(), inputs.origins())
                .digest();
        this.maxRetries = request.maxRetries();
        this.maxRuntimeSeconds = request.maxRuntimeSeconds();
        this.dedupeKey = dedupe == null ? null : dedupe.key();
        this.dedupeDigest = dedupe == null ? null : dedupe.digest();
        this.latestMetrics = Map.of();
        this.nextRunAt = now;
        this.createdAt = now;
    }

    /** Begins the next attempt; its epoch fences off all earlier ones. */
    void start(String worker, Instant now) {
        become(STARTING, "start");
        epoch++;
        startedAt = startedAt == null ? now : startedAt;
        statusReason = "attempt %d is starting on %s".formatted(epoch, worker);
    }

    /** The worker of the present attempt spoke for the first time. */
    void workerIsUp() {
        if (status == STARTING) {
            become(RUNNING, "run");
            statusReason = "attempt %d is running".formatted(epoch);
        }
    }

    /**
     * Cancels a waiting job at once; a running one is only asked, since its worker must stop first. What is so already
     * stays so: a wish comes twice when its answer was lost.
     */
    void askToCancel(Instant now) {
        if (status == CANCELLED) {
            return;
        }
        if (status.isUnderWay()) {
            ask(Wish.CANCEL, "cancelling: the worker is asked to stop", now);
        } else {
            cancelled("cancelled by request before a worker had it", now);
        }
    }

    /** Pauses a waiting job at once; a running one writes a checkpoint first. */
    void askToPause(Instant now) {
        if (status == PAUSED || desired == Wish.PAUSE) {
            return;
        }
        if (desired == Wish.CANCEL) {
            throw new IllegalTransition(id, status, "be paused, for it is being cancelled");
        }
        if (status == QUEUED) {
            become(PAUSED, "pause");
            statusReason = "paused by request; resume it to go on";
        } else {
            become(PAUSING, "pause");
            ask(Wish.PAUSE, "pausing: the worker is asked to write a checkpoint and stop", now);
        }
    }

    /** How another job's owner may hear of it: jobs of other projects have no name. */
    String toldTo(Job other) {
        return project.equals(other.project) ? "job " + id : "a job of another project";
    }

    /** Whether its worker can be asked to stop for another job. */
    boolean mayMakeRoom() {
        return status == RUNNING && desired == Wish.CONTINUE;
    }

    /** The worker writes a checkpoint and stops; then the job waits again. */
    void askToMakeRoom(Job other, Instant now) {
        if (!mayMakeRoom() || other.priority <= priority) {
            throw new IllegalTransition(id, status, "make room for a job of priority " + other.priority);
        }
        stoppingFor = other.id;
        ask(
                Wish.PREEMPT,
                "making room for %s, whose priority %d is above %d: the worker is asked to write a checkpoint and stop"
                        .formatted(other.toldTo(this), other.priority, priority),
                now);
    }

    /** A job that its owner did not ask to stop goes on already. */
    void resume(Instant now) {
        boolean mayGoOn = desired == Wish.CONTINUE || desired == Wish.PREEMPT;
        if (mayGoOn && (status == QUEUED || status.isUnderWay())) {
            return;
        }
        if (status != PAUSED) {
            throw new IllegalTransition(id, status, "be resumed");
        }
        queueAgain("resumed; waiting for a free worker slot", now);
    }

    void cancelled(String reason, Instant now) {
        finish(CANCELLED, "be cancelled", reason, now);
    }

    void paused(String reason) {
        become(PAUSED, "be paused");
        statusReason = reason;
        forgetWish();
    }

    void succeed(String model, Instant now) {
        finish(SUCCEEDED, "succeed", "done; the result is model " + model, now);
        outputModel = model;
    }

    void fail(String code, String message, Instant now) {
        finish(FAILED, "fail", message, now);
        errorCode = code;
        errorMessage = message;
    }

    /** The attempt broke; another may follow at {@code nextRun}. */
    void retry(String reason, Instant nextRun) {
        failures++;
        queueAgain(reason, nextRun);
    }

    /** The attempt ended through no fault of its own. */
    void queueAgain(String reason, Instant nextRun) {
        become(QUEUED, "be queued again");
        statusReason = reason;
        nextRunAt = nextRun;
        forgetWish();
    }

    boolean mayRetry() {
        return failures < maxRetries;
    }

    private void ask(Wish wish, String reason, Instant now) {
        if (desired != wish) {
            desired = wish;
            desiredAt = now;
            statusReason = reason;
        }
    }

    private void finish(JobStatus outcome, String wish, String reason, Instant now) {
        become(outcome, wish);
        statusReason = reason;
        finishedAt = now;
        forgetWish();
    }

    private void forgetWish() {
        desired = Wish.CONTINUE;
        desiredAt = null;
        stoppingFor = null;
    }

    private void become(JobStatus next, String wish) {
        if (!status.mayBecome(next)) {
            throw new IllegalTransition(id, status, wish);
        }
        status = next;
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

    public JobStatus status() {
        return status;
    }

    public String statusReason() {
        return statusReason;
    }

    public Wish desired() {
        return desired;
    }

    public @Nullable Instant desiredAt() {
        return desiredAt;
    }

    /** The job that it was asked to make room for. */
    @Nullable
    String stoppingFor() {
        return stoppingFor;
    }

    public String queue() {
        return queue;
    }

    public int priority() {
        return priority;
    }

    /** How many of a machine's GPUs it needs; 0 if it trains on the CPU. */
    public int gpus() {
        return gpus;
    }

    public Map<String, String> labels() {
        return labels;
    }

    public String modelId() {
        return modelId;
    }

    public String datasetId() {
        return datasetId;
    }

    public @Nullable String evalDatasetId() {
        return evalDatasetId;
    }

    public @Nullable String adapterId() {
        return adapterId;
    }

    /** Digest of all that decides the result; null for a job of a version that did not take it. */
    public @Nullable String runDigest() {
        return runDigest;
    }

    public int maxRetries() {
        return maxRetries;
    }

    public @Nullable Long maxRuntimeSeconds() {
        return maxRuntimeSeconds;
    }

    @Nullable
    String dedupeKey() {
        return dedupeKey;
    }

    @Nullable
    String dedupeDigest() {
        return dedupeDigest;
    }

    public long epoch() {
        return epoch;
    }

    public int failures() {
        return failures;
    }

    public Instant nextRunAt() {
        return nextRunAt;
    }

    public int step() {
        return step;
    }

    public int totalSteps() {
        return totalSteps;
    }

    public double dataEpoch() {
        return dataEpoch;
    }

    public @Nullable Double etaSeconds() {
        return etaSeconds;
    }

    public Map<String, @Nullable Object> latestMetrics() {
        return latestMetrics;
    }

    public @Nullable String outputModel() {
        return outputModel;
    }

    public @Nullable String errorCode() {
        return errorCode;
    }

    public @Nullable String errorMessage() {
        return errorMessage;
    }

    public Instant createdAt() {
        return createdAt;
    }

    public @Nullable Instant startedAt() {
        return startedAt;
    }

    public @Nullable Instant finishedAt() {
        return finishedAt;
    }

    /** What was asked for, every default filled in. */
    public SubmitJob request() {
        return SubmitJob.read(spec);
    }
}
