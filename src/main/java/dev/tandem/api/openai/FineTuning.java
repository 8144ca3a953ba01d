package dev.tandem.api.openai;

import dev.tandem.datasets.Dataset;
import dev.tandem.datasets.DatasetCatalogue;
import dev.tandem.jobs.Dedupe;
import dev.tandem.jobs.Job;
import dev.tandem.jobs.Submissions;
import dev.tandem.jobs.SubmitJob;
import dev.tandem.models.ModelKind;
import dev.tandem.models.ModelRegistry;
import dev.tandem.models.RegisteredModel;
import dev.tandem.security.Project;
import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Ids;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/** Turns a request of this API into a job. */
@Component
class FineTuning {

    private static final int LONGEST_BASE = 64;
    private static final int TAIL = 8;

    /** As often as OpenAI does: after every epoch, and the last three are kept. */
    private static final Map<String, Object> CHECKPOINTS =
            Map.of("save_strategy", "epoch", "save_total_limit", 3, "logging_steps", 1);

    private final Submissions submissions;
    private final ModelRegistry models;
    private final DatasetCatalogue datasets;
    private final OpenAiProperties properties;

    FineTuning(Submissions submissions, ModelRegistry models, DatasetCatalogue datasets, OpenAiProperties properties) {
        this.submissions = submissions;
        this.models = models;
        this.datasets = datasets;
        this.properties = properties;
    }

    /** @throws InvalidSpec naming every field that is missing, or names nothing, or something that does not fit */
    Job create(Project project, CreateJob request, Dedupe dedupe) {
        var problems = new ArrayList<FieldProblem>();
        RegisteredModel model = model(project, request.model(), problems);
        boolean dpo = request.chosenMethod().isDpo();
        Dataset training = request.trainingFile() == null
                ? missing("training_file", problems)
                : file(project, "training_file", request.trainingFile(), dpo, problems);
        Dataset validation = request.validationFile() == null
                ? null
                : file(project, "validation_file", request.validationFile(), dpo, problems);
        if (model == null || training == null || !problems.isEmpty()) {
            throw new InvalidSpec(problems);
        }
        try {
            SubmitJob job = SubmitJob.read(job(request, model, training, validation));
            return submissions.submit(project, job, dedupe).job();
        } catch (InvalidSpec e) {
            throw new InvalidSpec(e.problems().stream().map(FineTuning::outside).toList());
        }
    }

    private Map<String, @Nullable Object> job(
            CreateJob request, RegisteredModel model, Dataset training, @Nullable Dataset validation) {
        Method method = request.chosenMethod().isDpo() ? Method.DPO : Method.SFT;
        var settings = new LinkedHashMap<>(
                Recipe.of(request.chosenMethod(), training.rows()).training(method));
        settings.putAll(CHECKPOINTS);
        if (request.seed() != null) {
            settings.put("seed", request.seed());
        }
        if (validation != null) {
            settings.put("eval_strategy", "epoch");
        }
        boolean adapter = model.kind() == ModelKind.ADAPTER;
        var job = new LinkedHashMap<String, @Nullable Object>();
        job.put("name", outputName(model.name(), request.suffix()));
        job.put("model", adapter ? model.parentModel() : model.name());
        job.put("adapter", adapter ? model.name() : null);
        job.put("dataset", training.id());
        job.put("eval_dataset", validation == null ? null : validation.id());
        job.put("method", method == Method.DPO ? "dpo" : "sft");
        job.put("training", settings);
        job.put("labels", request.metadata() == null ? Map.of() : request.metadata());
        return job;
    }

    /** {@code ft:base:org:suffix:tail}; what comes of such a model has the same base. */
    private String outputName(String model, @Nullable String suffix) {
        String[] parts = model.split(":", 3);
        String base = parts[0].equals("ft") && parts.length > 1 ? parts[1] : model.replace(':', '-');
        return "ft:%s:%s:%s:%s"
                .formatted(
                        base.length() > LONGEST_BASE ? base.substring(0, LONGEST_BASE) : base,
                        properties.organization(),
                        suffix == null ? "" : suffix,
                        Ids.fresh("").substring(0, TAIL));
    }

    private @Nullable RegisteredModel model(Project project, @Nullable String named, List<FieldProblem> problems) {
        if (named == null) {
            return missing("model", problems);
        }
        RegisteredModel found = models.find(project, named).orElse(null);
        if (found == null) {
            String message = "model \"%s\" does not exist; GET /v1/models lists those that do".formatted(named);
            problems.add(new FieldProblem("model", "model_not_found", message));
        }
        return found;
    }

    private @Nullable Dataset file(Project project, String field, String id, boolean dpo, List<FieldProblem> problems) {
        Dataset found = Naming.FILE
                .read(id)
                .flatMap(dataset -> datasets.find(project, dataset))
                .orElse(null);
        if (found == null) {
            problems.add(new FieldProblem(
                    field, "file_not_found", "%s \"%s\" does not exist; upload it first".formatted(field, id)));
        } else if (dpo && !found.hasRejected()) {
            problems.add(new FieldProblem(
                    field,
                    "invalid_value",
                    "%s must hold preferences (input, preferred_output, non_preferred_output) for method dpo, but %s holds demonstrations; use method supervised"
                            .formatted(field, found.fileName())));
        }
        return found;
    }

    private static <T> @Nullable T missing(String field, List<FieldProblem> problems) {
        problems.add(new FieldProblem(field, "missing", field + " is missing; it is required"));
        return null;
    }

    /** A problem that the job itself has, under the name that the field has here. */
    private static FieldProblem outside(FieldProblem problem) {
        String field = switch (problem.field()) {
            case "dataset" -> "training_file";
            case "eval_dataset" -> "validation_file";
            case "adapter" -> "model";
            case "labels" -> "metadata";
            case String other -> other.startsWith("training.") ? "method" : other;
        };
        return new FieldProblem(field, problem.code(), problem.message());
    }
}
