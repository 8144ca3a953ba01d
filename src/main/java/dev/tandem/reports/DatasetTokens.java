package dev.tandem.reports;

import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.models.ModelKind;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.RowTokens;
import dev.tandem.spec.TokenOrder;
import dev.tandem.spec.TokenReply;
import dev.tandem.spec.TokenReport;
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
        TokenReport report = ask(dataset, question, null).report();
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
        return ask(dataset, question, new TokenOrder.Lines(after, last)).rows();
    }

    private TokenReply ask(Dataset dataset, Question question, TokenOrder.@Nullable Lines lines)
            throws InterruptedException {
        TokenReply reply = processes.ask(new TokenOrder(
                folder(question.model()),
                datasets.source(dataset),
                dataset.hasRejected() ? Method.DPO : Method.SFT,
                question.maxLength(),
                question.truncationMode(),
                question.promptBoundary(),
                lines));
        FailureKind failure = reply.failure();
        if (failure == null) {
            return reply;
        }
        if (failure == FailureKind.INVALID_MODEL) {
            throw new InvalidSpec("model", "invalid_model", reply.message());
        }
        throw new IllegalStateException("the tokens of %s cannot be told: %s".formatted(dataset.id(), reply.message()));
    }

    private String folder(RegisteredModel model) {
        String parent = model.parentModel();
        RegisteredModel whole = model.kind() == ModelKind.ADAPTER && parent != null ? models.byId(parent) : model;
        return models.folder(whole).toAbsolutePath().toString();
    }
}
