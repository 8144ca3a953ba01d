package dev.tandem.jobs;

import dev.tandem.jobs.Inputs.DatasetRef;
import dev.tandem.jobs.Inputs.ModelRef;
import dev.tandem.spec.EvalStrategy;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Method;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Finds what a request names and checks that the parts fit together. */
@Component
class InputCheck {

    private final Catalogue catalogue;

    InputCheck(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /** @throws InvalidSpec naming every field that names nothing, or something that does not fit */
    Inputs lookUp(SubmitJob request) {
        var problems = new ArrayList<FieldProblem>();
        ModelRef model = model("model", request.model(), problems);
        ModelRef adapter = model("adapter", request.adapter(), problems);
        DatasetRef dataset = dataset("dataset", request.dataset(), request.method(), problems);
        DatasetRef evalDataset = dataset("eval_dataset", request.evalDataset(), request.method(), problems);
        if (model != null && model.kind().equals("adapter")) {
            refuse(
                    problems,
                    "model",
                    "model must be a whole checkpoint, but %s is an adapter; name its base as model and it as adapter"
                            .formatted(model.name()));
        }
        if (adapter != null && !adapter.kind().equals("adapter")) {
            refuse(
                    problems,
                    "adapter",
                    "adapter must be an adapter, but %s is a whole checkpoint; name it as model"
                            .formatted(adapter.name()));
        } else if (adapter != null && model != null && !model.id().equals(adapter.parent())) {
            refuse(
                    problems,
                    "adapter",
                    "adapter %s belongs to model %s, not to %s"
                            .formatted(adapter.name(), adapter.parent(), model.id()));
        }
        if (request.training().evalStrategy() != EvalStrategy.NO && request.evalDataset() == null) {
            refuse(problems, "eval_dataset", "eval_dataset must be given when training.eval_strategy is not no");
        }
        if (model == null || dataset == null || !problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
        return new Inputs(model, adapter, dataset, evalDataset);
    }

    private @Nullable ModelRef model(String field, @Nullable String named, List<FieldProblem> problems) {
        if (named == null) {
            return null;
        }
        ModelRef found = catalogue.model(named).orElse(null);
        if (found == null) {
            missing(problems, field, named, "models");
        }
        return found;
    }

    private @Nullable DatasetRef dataset(
            String field, @Nullable String named, Method method, List<FieldProblem> problems) {
        if (named == null) {
            return null;
        }
        DatasetRef found = catalogue.dataset(named).orElse(null);
        if (found == null) {
            missing(problems, field, named, "datasets");
        } else if (method == Method.DPO && !found.pairs()) {
            refuse(
                    problems,
                    field,
                    "%s must have a rejected completion in every row for method dpo, but %s has none; use method sft"
                            .formatted(field, found.name()));
        }
        return found;
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
