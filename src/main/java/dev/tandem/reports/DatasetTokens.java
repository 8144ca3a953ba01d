package dev.tandem.reports;

import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.models.ModelKind;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.RowTokens;
import dev.tandem.spec.TokenCounts;
import dev.tandem.spec.TokenOrder;
import dev.tandem.spec.TokenReply;
import dev.tandem.spec.TokenReport;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.spec.TruncationMode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** The door to the tokens that a dataset becomes. */
@Service
public class DatasetTokens {

    private final ModelRegistry models;
    private final DatasetCatalogue datasets;
    private final TokenProcesses processes;

    DatasetTokens(ModelRegistry models, DatasetCatalogue datasets, TokenProcesses processes) {
        this.models = models;
        this.datasets = datasets;
        this.processes = processes;
    }

    /**
     * How rows are to be read.
     *
     * @param model whose tokenizer and chat template are meant; those of its base, if it is an adapter
     * @param maxLength tokens of prompt and completion together
     */
    public record Question(
            RegisteredModel model, int maxLength, TruncationMode truncationMode, PromptBoundary promptBoundary) {}

    /** @throws InvalidSpec if the model's tokenizer cannot be used */
    public TokenReport count(Dataset dataset, Question question) throws InterruptedException {
        TokenReport report =
                ask(dataset, question, TokenOrder.Wanted.REPORT, null).report();
        if (report == null) {
            throw new IllegalStateException("the tokens of %s were not counted".formatted(dataset.id()));
        }
        return report;
    }

    /**
     * @param after line before the first row to show
     * @param last line of the last one
     * @throws InvalidSpec if the model's tokenizer cannot be used
     */
    public List<RowTokens> show(Dataset dataset, Question question, long after, long last) throws InterruptedException {
        return ask(dataset, question, TokenOrder.Wanted.ROWS, new TokenOrder.Lines(after, last))
                .rows();
    }

    /**
     * What a run would do with all rows.
     *
     * @param field of the request that names the dataset
     * @throws InvalidSpec if the rows cannot be trained on, or the model's tokenizer cannot be used
     */
    public TokenCounts forRun(String field, Dataset dataset, RegisteredModel model, Method method, TrainingSpec spec)
            throws InterruptedException {
        TokenCounts counts = ask(
                        field,
                        model,
                        new TokenOrder(
                                folder(model),
                                datasets.source(dataset),
                                method,
                                spec.maxLength(),
                                spec.truncationMode(),
                                spec.promptBoundary(),
                                TokenOrder.Wanted.COUNTS,
                                null))
                .counts();
        if (counts == null) {
            throw new IllegalStateException("the tokens of %s were not counted".formatted(dataset.id()));
        }
        return counts;
    }

    private TokenReply ask(
            Dataset dataset, Question question, TokenOrder.Wanted wanted, TokenOrder.@Nullable Lines lines)
            throws InterruptedException {
        var order = new TokenOrder(
                folder(question.model()),
                datasets.source(dataset),
                dataset.hasRejected() ? Method.DPO : Method.SFT,
                question.maxLength(),
                question.truncationMode(),
                question.promptBoundary(),
                wanted,
                lines);
        return ask("dataset", question.model(), order);
    }

    private TokenReply ask(String field, RegisteredModel model, TokenOrder order) throws InterruptedException {
        TokenReply reply = processes.ask(order);
        String message =
                reply.message().replace(order.model(), "model " + model.name()); // where it lies is nobody's business
        return switch (reply.failure()) {
            case null -> reply;
            case INVALID_MODEL -> throw new InvalidSpec("model", "invalid_model", message);
            case INVALID_DATASET, INVALID_SPEC, TOO_LARGE ->
                throw new InvalidSpec(field, reply.failure().code(), message);
            case DIVERGED, OUT_OF_MEMORY, STORAGE, WORKER_LOST, CRASHED ->
                throw new IllegalStateException(
                        "the tokens of the %s cannot be told: %s".formatted(field, reply.message()));
        };
    }

    private String folder(RegisteredModel model) {
        String parent = model.parentModel();
        RegisteredModel whole = model.kind() == ModelKind.ADAPTER && parent != null ? models.byId(parent) : model;
        return models.folder(whole).toAbsolutePath().toString();
    }
}
