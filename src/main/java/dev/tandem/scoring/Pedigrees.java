package dev.tandem.scoring;

import dev.tandem.jobs.JobBoard;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.models.ModelKind;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.scoring.Pedigree.Reference;
import dev.tandem.security.Project;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.NotFound;
import dev.tandem.spec.TrainingSpec;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds out what a model was trained from: its reference is its parent, with the adapter that training started from. */
@Component
class Pedigrees {

    private final ModelRegistry models;
    private final JobBoard jobs;

    Pedigrees(ModelRegistry models, JobBoard jobs) {
        this.models = models;
        this.jobs = jobs;
    }

    /**
     * @throws NotFound if there is no such model
     * @throws InvalidSpec if the reference that was asked for is none
     */
    Pedigree of(Project project, String idOrName, ScoreRequest request) {
        RegisteredModel model = models.get(project, idOrName);
        Optional<Made> made = made(project, model);
        RegisteredModel base = base(model);
        TrainingSpec training = made.map(Made::training).orElse(null);
        if (!request.compare()) {
            return new Pedigree(model, base, null, "none, as asked for", training);
        }
        String named = request.reference();
        if (named != null) {
            return new Pedigree(model, base, named(project, model, named), "as asked for", training);
        }
        return ofParent(project, model, base, made.map(Made::start).orElse(null), training);
    }

    /** @param start adapter that training started from */
    private record Made(TrainingSpec training, @Nullable String start) {}

    /** A job that was deleted left with its model how it was made. */
    private Optional<Made> made(Project project, RegisteredModel model) {
        return Optional.ofNullable(model.job())
                .flatMap(id -> jobs.find(project, id))
                .map(job -> new Made(job.request().training(), job.adapterId()))
                .or(() -> Optional.ofNullable(model.recipe())
                        .map(SubmitJob::read)
                        .map(request -> new Made(request.training(), request.adapter())));
    }

    private Pedigree ofParent(
            Project project,
            RegisteredModel model,
            @Nullable RegisteredModel base,
            @Nullable String start,
            @Nullable TrainingSpec training) {
        String parentId = model.parentModel();
        if (parentId == null) {
            return new Pedigree(model, base, null, "none: the model has no parent; name a reference", training);
        }
        Optional<RegisteredModel> parent = models.find(project, parentId);
        if (parent.isEmpty()) {
            String reason = "none: its parent %s was deleted; name a reference".formatted(parentId);
            return new Pedigree(model, base, null, reason, training);
        }
        if (start == null) {
            return new Pedigree(model, base, new Reference(parent.get(), null), "its parent", training);
        }
        return models.find(project, start)
                .map(adapter -> new Pedigree(
                        model,
                        base,
                        new Reference(parent.get(), adapter),
                        "its parent with the adapter that training started from",
                        training))
                .orElseGet(() -> new Pedigree(
                        model,
                        base,
                        null,
                        "none: the adapter %s that training started from was deleted; name a reference"
                                .formatted(start),
                        training));
    }

    private Reference named(Project project, RegisteredModel model, String idOrName) {
        RegisteredModel found = models.find(project, idOrName)
                .orElseThrow(() -> new InvalidSpec(
                        "reference",
                        "not_found",
                        "reference must name a model, but there is none called %s".formatted(idOrName)));
        if (found.facts().vocabSize() != model.facts().vocabSize()) {
            throw new InvalidSpec(
                    "reference",
                    "invalid_value",
                    "reference must have the model's vocabulary of %d tokens, %s has %d"
                            .formatted(
                                    model.facts().vocabSize(),
                                    found.name(),
                                    found.facts().vocabSize()));
        }
        RegisteredModel base = base(found);
        return base == null ? new Reference(found, null) : new Reference(base, found);
    }

    private @Nullable RegisteredModel base(RegisteredModel model) {
        return model.kind() == ModelKind.ADAPTER ? models.byId(String.valueOf(model.parentModel())) : null;
    }
}
