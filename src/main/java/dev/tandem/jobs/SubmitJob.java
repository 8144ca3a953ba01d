package dev.tandem.jobs;

import dev.tandem.spec.FieldProblem;
import dev.tandem.spec.Form;
import dev.tandem.spec.InvalidSpec;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.Rules;
import dev.tandem.spec.RunFit;
import dev.tandem.spec.TrainingSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to train, as it comes over HTTP; {@code dev.tandem.spec.Form} reads it.
 *
 * @param model id or name of the checkpoint to train
 * @param dataset id or name of the rows to train on
 * @param evalDataset id or name of held-out rows
 * @param lora trains a low-rank adapter instead of the whole model
 * @param adapter id or name of an adapter to start from; it then is the frozen reference too
 * @param priority higher runs first
 * @param maxRetries how often a crashed or lost run is started again
 * @param maxRuntimeSeconds time on workers after which the job fails; null for no limit
 */
public record SubmitJob(
        @Nullable String name,
        String model,
        String dataset,
        @Nullable String evalDataset,
        Method method,
        TrainingSpec training,
        @Nullable LoraSpec lora,
        @Nullable String adapter,
        Resources resources,
        String queue,
        int priority,
        int maxRetries,
        @Nullable Long maxRuntimeSeconds,
        Map<String, String> labels) {

    /** @param gpus 0 to train on the CPU; left out: 1 where any machine has one, else 0 */
    public record Resources(@Nullable Integer gpus) {

        public static final Resources DEFAULTS = new Resources(null);

        public Resources {
            new Rules()
                    .check(gpus == null || gpus >= 0, "gpus", "must be 0 or 1", gpus)
                    .supported(gpus == null || gpus <= 1, "gpus", "one run trains on one GPU; ask for 1", gpus)
                    .done();
        }

        int count() {
            return gpus == null ? 0 : gpus;
        }
    }

    /** What a request is before its fields are read; the two empty names must be given. */
    private static final SubmitJob DEFAULTS = new SubmitJob(
            null,
            "",
            "",
            null,
            Method.DPO,
            TrainingSpec.DEFAULTS,
            null,
            null,
            Resources.DEFAULTS,
            Queues.DEFAULT,
            0,
            3,
            null,
            Map.of());

    public SubmitJob {
        var rules = new Rules();
        if (training != null && method != null) {
            RunFit.check(rules, "training.", method, training, lora != null || adapter != null);
        }
        rules.check(model != null, "model", "must name a model", model)
                .check(dataset != null, "dataset", "must name a dataset", dataset)
                .check(method != null, "method", "must be dpo or sft", method)
                .check(training != null, "training", "must be an object or left out", training)
                .check(resources != null, "resources", "must be an object or left out", resources)
                .check(queue != null && !queue.isBlank(), "queue", "must name a queue", queue)
                .check(labels != null, "labels", "must be an object or left out", labels)
                .check(maxRetries >= 0 && maxRetries <= 100, "max_retries", "must be between 0 and 100", maxRetries)
                .check(
                        maxRuntimeSeconds == null || maxRuntimeSeconds > 0,
                        "max_runtime_seconds",
                        "must be greater than 0 or null",
                        maxRuntimeSeconds)
                .check(name == null || name.length() <= 200, "name", "must have at most 200 characters", name)
                .done();
        labels = Map.copyOf(labels);
    }

    SubmitJob on(Resources chosen) {
        return new SubmitJob(
                name,
                model,
                dataset,
                evalDataset,
                method,
                training,
                lora,
                adapter,
                chosen,
                queue,
                priority,
                maxRetries,
                maxRuntimeSeconds,
                labels);
    }

    /** @throws InvalidSpec naming every field that is missing, unknown, of the wrong type or against the rules */
    public static SubmitJob read(Map<String, ?> json) {
        var problems = new ArrayList<FieldProblem>();
        for (String required : List.of("model", "dataset")) {
            if (!json.containsKey(required) || "".equals(json.get(required))) {
                problems.add(new FieldProblem(
                        required,
                        "missing",
                        "%s is missing; give the id or name of a %s".formatted(required, required)));
            }
        }
        try {
            SubmitJob read = Form.read(json, DEFAULTS);
            if (problems.isEmpty()) {
                return read;
            }
        } catch (InvalidSpec e) {
            problems.addAll(e.problems());
        }
        throw new InvalidSpec(problems);
    }
}
