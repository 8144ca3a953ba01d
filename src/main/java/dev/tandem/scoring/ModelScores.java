package dev.tandem.scoring;

import dev.tandem.models.ModelRegistry;
import dev.tandem.models.ModelsInUse;
import dev.tandem.models.RegisteredModel;
import dev.tandem.scoring.Pedigree.Reference;
import dev.tandem.security.Project;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.ModelSource;
import dev.tandem.spec.NotFound;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.ScoreOrder;
import dev.tandem.spec.ScoreReply;
import dev.tandem.spec.ScoringModels;
import dev.tandem.text.ScoringRow;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Service;

/** The door to scoring. */
@Service
public class ModelScores {

    private static final int WEIGHT_BYTES = 4; // fp32, whatever the checkpoint stores

    private final ModelRegistry models;
    private final Pedigrees pedigrees;
    private final ModelsInUse inUse;
    private final ScorerPool pool;
    private final ScoringProperties properties;

    ModelScores(
            ModelRegistry models,
            Pedigrees pedigrees,
            ModelsInUse inUse,
            ScorerPool pool,
            ScoringProperties properties) {
        this.models = models;
        this.pedigrees = pedigrees;
        this.inUse = inUse;
        this.pool = pool;
        this.properties = properties;
    }

    /**
     * @throws NotFound if there is no such model
     * @throws InvalidSpec naming every row that is none or does not fit the model
     * @throws ScoringFailed if the request is right and there are no scores
     */
    public ModelScore score(Project project, String idOrName, ScoreRequest request) throws InterruptedException {
        Pedigree pedigree = pedigrees.of(project, idOrName, request);
        check(request.rows());
        try (var use = inUse.begin("a request that scores with it", ids(pedigree))) {
            double beta = pedigree.beta(request.beta());
            PromptBoundary boundary = pedigree.promptBoundary(request.promptBoundary());
            var order = new ScoreOrder(request.rows(), beta, request.maxLength(), boundary, properties.maxTokens());
            ScoreReply reply = ask(pedigree, order);
            Reference reference = pedigree.reference();
            RegisteredModel adapter = reference == null ? null : reference.adapter();
            return new ModelScore(
                    pedigree.model().id(),
                    reference == null ? null : reference.checkpoint().id(),
                    adapter == null ? null : adapter.id(),
                    pedigree.referenceReason(),
                    beta,
                    pedigree.betaReason(request.beta()),
                    request.maxLength(),
                    boundary.name().toLowerCase(Locale.ROOT),
                    reply.rows());
        }
    }

    private void check(List<Object> rows) {
        if (rows.isEmpty()) {
            throw new InvalidSpec("rows", "empty", "rows must have at least one row, was an empty list");
        }
        if (rows.size() > properties.maxRows()) {
            throw new InvalidSpec(
                    "rows",
                    "too_many_rows",
                    "rows must be at most %d at once (tandem.scoring.max-rows), were %d; send them in parts"
                            .formatted(properties.maxRows(), rows.size()));
        }
        ScoringRow.read(rows);
    }

    private ScoreReply ask(Pedigree pedigree, ScoreOrder order) throws InterruptedException {
        Reference reference = pedigree.reference();
        var sources = new ScoringModels(
                source(pedigree.model(), pedigree.base()), reference == null ? null : source(reference));
        ScoreReply reply = pool.ask(sources, bytes(pedigree), order);
        if (!reply.problems().isEmpty()) {
            throw new InvalidSpec(reply.problems());
        }
        return reply;
    }

    private static List<String> ids(Pedigree pedigree) {
        return involved(pedigree).map(RegisteredModel::id).distinct().toList();
    }

    /** What both sides share is loaded once. */
    private static long bytes(Pedigree pedigree) {
        Map<String, Long> bytes = involved(pedigree)
                .collect(Collectors.toMap(
                        RegisteredModel::digest,
                        model -> WEIGHT_BYTES * model.facts().parameters(),
                        (a, b) -> a));
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }

    private static Stream<RegisteredModel> involved(Pedigree pedigree) {
        Reference reference = pedigree.reference();
        return Stream.of(
                        pedigree.model(),
                        pedigree.base(),
                        reference == null ? null : reference.checkpoint(),
                        reference == null ? null : reference.adapter())
                .filter(Objects::nonNull);
    }

    private ModelSource source(Reference reference) {
        RegisteredModel adapter = reference.adapter();
        return adapter == null ? source(reference.checkpoint(), null) : source(adapter, reference.checkpoint());
    }

    private ModelSource source(RegisteredModel model, @Nullable RegisteredModel base) {
        return base == null ? new ModelSource(folder(model), null) : new ModelSource(folder(base), folder(model));
    }

    private String folder(RegisteredModel model) {
        return models.folder(model).toAbsolutePath().toString();
    }
}
