package dev.tandem.jobs;

import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.datasets.RowWeights;
import dev.tandem.models.LoraCheck;
import dev.tandem.models.ModelKind;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.RunFit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds what a request names and checks that the parts fit together. */
@Component
class InputCheck {

    private final ModelRegistry models;
    private final DatasetCatalogue datasets;
    private final LoraCheck lora;
    private final Queues queues;

    InputCheck(ModelRegistry models, DatasetCatalogue datasets, LoraCheck lora, Queues queues) {
        this.models = models;
        this.datasets = datasets;
        this.lora = lora;
        this.queues = queues;
    }

    /**
     * What is found stays until the caller's transaction ends, so that no job is queued for a model on its way out.
     *
     * @throws InvalidSpec naming every field that names nothing, or something that does not fit
     */
    Inputs lookUp(Project project, SubmitJob request) {
        var problems = new ArrayList<FieldProblem>();
        queues.problemOf(request.queue()).ifPresent(problems::add);
        RegisteredModel model = model(project, "model", request.model(), problems);
        RegisteredModel adapter = model(project, "adapter", request.adapter(), problems);
        Dataset dataset = dataset(project, "dataset", request.dataset(), request, problems);
        Dataset evalDataset = dataset(project, "eval_dataset", request.evalDataset(), request, problems);
        if (model != null && model.kind() == ModelKind.ADAPTER) {
            refuse(
                    problems,
                    "model",
                    "model must be a whole checkpoint, but %s is an adapter; name its base as model and it as adapter"
                            .formatted(model.name()));
        }
        if (adapter != null && adapter.kind() != ModelKind.ADAPTER) {
            refuse(
                    problems,
                    "adapter",
                    "adapter must be an adapter, but %s is a whole checkpoint; name it as model"
                            .formatted(adapter.name()));
        } else if (adapter != null && model != null && !model.id().equals(adapter.parentModel())) {
            refuse(
                    problems,
                    "adapter",
                    "adapter %s belongs to model %s, not to %s"
                            .formatted(adapter.name(), adapter.parentModel(), model.id()));
        }
        if (request.training().evaluates() && request.evalDataset() == null) {
            refuse(
                    problems,
                    "eval_dataset",
                    "eval_dataset must be given when training.eval_strategy is not no or training.eval_on_start is true");
        }
        if (model != null && problems.isEmpty()) {
            problems.addAll(lora.problems(
                    model, adapter, request.lora(), request.training().disableDropout()));
        }
        if (model == null || dataset == null || !problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
        return new Inputs(model, adapter, dataset, evalDataset);
    }

    private @Nullable RegisteredModel model(
            Project project, String field, @Nullable String named, List<FieldProblem> problems) {
        if (named == null) {
            return null;
        }
        RegisteredModel found = models.findAndKeep(project, named).orElse(null);
        if (found == null) {
            missing(problems, field, named, "models");
        }
        return found;
    }

    private @Nullable Dataset dataset(
            Project project, String field, @Nullable String named, SubmitJob request, List<FieldProblem> problems) {
        if (named == null) {
            return null;
        }
        Dataset found = datasets.findAndKeep(project, named).orElse(null);
        if (found == null) {
            missing(problems, field, named, "datasets");
        } else if (request.method() == Method.DPO && !found.hasRejected()) {
            refuse(
                    problems,
                    field,
                    "%s must have a rejected completion in every row for method dpo, but %s has none; use method sft"
                            .formatted(field, found.name()));
        } else {
            requireWeighable(field, found, request, problems);
        }
        return found;
    }

    private static void requireWeighable(
            String field, Dataset dataset, SubmitJob request, List<FieldProblem> problems) {
        RowWeights weights = dataset.report().weights();
        if (weights != null) {
            RunFit.weightProblem(
                            request.method(),
                            request.training(),
                            "%s %s".formatted(field, dataset.name()),
                            weights.weighted(),
                            weights.firstLine())
                    .ifPresent(problem -> refuse(problems, "training.loss_type", problem));
        }
    }

    private static void missing(List<FieldProblem> problems, String field, String named, String kind) {
        problems.add(new FieldProblem(
                field,
                "not_found",
                "%s names %s, which is not there; GET /api/v1/%s lists what is".formatted(field, named, kind)));
    }

    private static void refuse(List<FieldProblem> problems, String field, String message) {
        problems.add(new FieldProblem(field, "invalid_value", message));
    }
}
