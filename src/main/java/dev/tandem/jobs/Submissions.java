package dev.tandem.jobs;

import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.datasets.Leakage;
import dev.tandem.security.Project;
import dev.tandem.spec.Ids;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** The door through which jobs come in. */
@Service
public class Submissions {

    private final Jobs jobs;
    private final Fleet fleet;
    private final InputCheck inputs;
    private final DatasetCatalogue datasets;
    private final JobEvents events;
    private final DatabaseClock clock;
    private final TransactionTemplate transaction;
    private final ApplicationEventPublisher listeners;

    Submissions(
            Jobs jobs,
            Fleet fleet,
            InputCheck inputs,
            DatasetCatalogue datasets,
            JobEvents events,
            DatabaseClock clock,
            TransactionTemplate transaction,
            ApplicationEventPublisher listeners) {
        this.jobs = jobs;
        this.fleet = fleet;
        this.inputs = inputs;
        this.datasets = datasets;
        this.events = events;
        this.clock = clock;
        this.transaction = transaction;
        this.listeners = listeners;
    }

    /** @param replayed whether the job was there before, made by the same request */
    public record Submitted(Job job, boolean replayed) {}

    /** A job waits that was not there before. */
    public record JobQueued(String job) {}

    /**
     * Queues a job, once for each idempotency key of a project.
     *
     * @throws dev.tandem.spec.InvalidSpec if model and data do not fit the request
     * @throws KeyReused if the key belongs to another request
     */
    public Submitted submit(Project project, SubmitJob request, @Nullable Dedupe dedupe) {
        return submit(project, request, dedupe, List.of());
    }

    /** @param withoutEffect fields of a pasted config that the first event of the job names */
    public Submitted submit(Project project, SubmitJob request, @Nullable Dedupe dedupe, List<String> withoutEffect) {
        Optional<Submitted> earlier = earlier(project, dedupe);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        try {
            Submitted submitted =
                    required(transaction.execute(status -> once(project, request, dedupe, withoutEffect)));
            listeners.publishEvent(new JobQueued(submitted.job().id()));
            return submitted;
        } catch (DataIntegrityViolationException e) {
            // The same request came twice at once and the other one was first; the unique index decided.
            return earlier(project, dedupe).orElseThrow(() -> e);
        }
    }

    /**
     * Looks at a request as {@link #submit} does, and queues nothing.
     *
     * @throws dev.tandem.spec.InvalidSpec if model and data do not fit the request
     */
    public Inputs check(Project project, SubmitJob request) {
        return required(transaction.execute(status -> inputs.lookUp(project, request)));
    }

    /** Without a key no index decides, so a retry waits until the request that it repeats is through. */
    private Submitted once(Project project, SubmitJob request, @Nullable Dedupe dedupe, List<String> withoutEffect) {
        if (dedupe != null && dedupe.key() == null) {
            jobs.lockRequest(dedupe.digest());
        }
        return earlier(project, dedupe)
                .orElseGet(() -> new Submitted(create(project, request, dedupe, withoutEffect), false));
    }

    private Job create(Project project, SubmitJob asked, @Nullable Dedupe dedupe, List<String> withoutEffect) {
        SubmitJob request =
                asked.resources().gpus() == null ? asked.on(new SubmitJob.Resources(fleet.hasGpus() ? 1 : 0)) : asked;
        Inputs found = inputs.lookUp(project, request);
        String id = Ids.fresh("job_");
        Job job = jobs.saveAndFlush(new Job(project, id, request, found, dedupe, clock.now()));
        events.status(job, "info");
        if (!withoutEffect.isEmpty()) {
            events.append(
                    id,
                    "warn",
                    "message",
                    "%s of training have no effect here: they say where and how TRL runs"
                            .formatted(String.join(", ", withoutEffect)),
                    Map.of("fields", withoutEffect));
        }
        warnOfLeakage(id, found);
        if (request.evalDataset() != null && !request.training().evaluates()) {
            events.append(
                    id,
                    "warn",
                    "message",
                    "eval_dataset is given but training.eval_strategy is no: nothing is evaluated; set it to steps or epoch",
                    Map.of());
        }
        return job;
    }

    private void warnOfLeakage(String id, Inputs found) {
        Dataset evalDataset = found.evalDataset();
        Leakage leakage = evalDataset == null ? null : datasets.leakage(evalDataset, found.dataset());
        if (leakage != null && leakage.warning() != null) {
            events.append(id, "warn", "message", leakage.warning(), Map.of("lines", leakage.lines()));
        }
    }

    private Optional<Submitted> earlier(Project project, @Nullable Dedupe dedupe) {
        if (dedupe == null) {
            return Optional.empty();
        }
        if (dedupe.key() == null) {
            Duration retryOf = dedupe.retryOf();
            return retryOf == null
                    ? Optional.empty()
                    : jobs.findWithoutKey(project.name(), dedupe.digest(), retryOf.toMillis())
                            .map(j -> new Submitted(j, true));
        }
        Optional<Job> job = jobs.findByDedupeKey(project.name(), dedupe.key());
        job.filter(j -> !dedupe.digest().equals(j.dedupeDigest())).ifPresent(j -> {
            throw new KeyReused(String.valueOf(j.dedupeKey()), j.id());
        });
        return job.map(j -> new Submitted(j, true));
    }

    private static <T> T required(@Nullable T made) {
        if (made == null) {
            throw new IllegalStateException("the transaction made nothing");
        }
        return made;
    }
}
