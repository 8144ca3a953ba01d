package dev.tandem.estimates;

import dev.tandem.datasets.Dataset;
import dev.tandem.jobs.Inputs;
import dev.tandem.jobs.Speeds;
import dev.tandem.jobs.Submissions;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.launcher.WorkerMemory;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.reports.DatasetTokens;
import dev.tandem.security.Project;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.TokenCounts;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.training.MemoryPlan;
import dev.tandem.training.RunForecast;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.stereotype.Service;

/** Tells what a job would come to. Every row is tokenized, in a process that holds few in memory, and nothing is stored. */
@Service
public class Estimates {

    private static final int AT_ONCE = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final Submissions submissions;
    private final ModelRegistry models;
    private final DatasetTokens tokens;
    private final WorkerMemory memory;
    private final Speeds speeds;
    private final Semaphore turns = new Semaphore(AT_ONCE, true);

    Estimates(Submissions submissions, ModelRegistry models, DatasetTokens tokens, WorkerMemory memory, Speeds speeds) {
        this.submissions = submissions;
        this.models = models;
        this.tokens = tokens;
        this.memory = memory;
        this.speeds = speeds;
    }

    /**
     * @throws InvalidSpec as the request would be refused if it were to be queued, or if its rows cannot be trained on
     * @throws EstimatesBusy if others take too long
     */
    public Estimate of(Project project, SubmitJob request) throws InterruptedException {
        Inputs inputs = submissions.check(project, request);
        if (!turns.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new EstimatesBusy(AT_ONCE);
        }
        try {
            WorkerMemory.Share share = memory.share();
            RunForecast forecast = forecast(request, inputs, new MemoryPlan.Room(share.bytes(), share.gpu()));
            return new Estimate(
                    forecast,
                    share.gpu(),
                    speeds.nearest(project, inputs.model().facts().parameters()).orElse(null));
        } finally {
            turns.release();
        }
    }

    private RunForecast forecast(SubmitJob request, Inputs inputs, MemoryPlan.Room room) throws InterruptedException {
        RegisteredModel adapter = inputs.adapter();
        var question = new RunForecast.Question(
                request.method(),
                request.training(),
                request.lora(),
                models.folder(inputs.model()),
                adapter == null ? null : models.folder(adapter));
        TokenCounts trained = count("dataset", inputs.dataset(), inputs.model(), request);
        Dataset evalDataset = inputs.evalDataset();
        TokenCounts evaluated = evalDataset == null || !request.training().evaluates()
                ? null
                : count("eval_dataset", evalDataset, inputs.model(), request);
        return field("dataset", () -> RunForecast.of(question, trained, evaluated, room));
    }

    private TokenCounts count(String field, Dataset dataset, RegisteredModel model, SubmitJob request)
            throws InterruptedException {
        return tokens.forRun(field, dataset, model, request.method(), request.training());
    }

    /** What would end the job in its first moments is a fault of the request here. */
    private static <T> T field(String field, Supplier<T> work) {
        try {
            return work.get();
        } catch (TrainingFailure e) {
            if (e.kind() == FailureKind.STORAGE) {
                throw e;
            }
            String named = e.kind() == FailureKind.INVALID_MODEL ? "model" : field;
            throw new InvalidSpec(named, e.kind().code(), String.valueOf(e.getMessage()));
        }
    }
}
