package dev.tandem.training;

import dev.tandem.spec.DataSource;
import dev.tandem.spec.Form;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.transformer.Footprint;
import dev.tandem.transformer.InvalidCheckpoint;
import dev.tandem.transformer.ModelConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a run will come to, told without running it: its rows are tokenized one by one, no weight is read and libtorch is not
 * loaded, so a service may ask.
 *
 * @param trained the rows to learn from
 * @param evaluated the rows to evaluate on; null without
 * @param epochs passes over the rows, with a fraction
 * @param flops of all steps; evaluations are not counted
 */
public record RunForecast(
        TokenCounts trained,
        @Nullable TokenCounts evaluated,
        int stepsPerEpoch,
        int totalSteps,
        double epochs,
        MemoryPlan memory,
        double flops) {

    /**
     * @param model folder of the base checkpoint
     * @param adapter folder of an adapter to start from
     */
    public record Question(
            Method method,
            TrainingSpec spec,
            @Nullable LoraSpec lora,
            Path model,
            @Nullable Path adapter,
            DataSource data,
            @Nullable DataSource evalData) {}

    /**
     * @throws dev.tandem.spec.TrainingFailure if the rows cannot be trained on
     * @throws InvalidCheckpoint if the model's configs do not fit the question
     */
    public static RunForecast of(Question question, MemoryPlan.Room room) {
        ModelConfig config = ModelConfig.read(question.model);
        DataSource evalData = question.evalData;
        try (TextTokenizer tokenizer = TextTokenizer.open(question.model)) {
            TokenCounts trained = counts(question, question.data, tokenizer, config);
            TokenCounts evaluated = evalData == null ? null : counts(question, evalData, tokenizer, config);
            return of(question, config, trained, evaluated, room);
        }
    }

    private static TokenCounts counts(
            Question question, DataSource source, TextTokenizer tokenizer, ModelConfig config) {
        var counter = new TokenCounts.Counter(question.method);
        TokenizedDataset.visit(
                        source,
                        new RowTokenizer(tokenizer, question.spec.promptBoundary()),
                        RunRows.maxLength(question.spec, config),
                        question.spec.truncationMode(),
                        question.method,
                        counter)
                .requireWithin(config.vocabSize());
        return counter.counts();
    }

    private static RunForecast of(
            Question question,
            ModelConfig config,
            TokenCounts trained,
            @Nullable TokenCounts evaluated,
            MemoryPlan.Room room) {
        TrainingSpec spec = question.spec;
        Footprint footprint = footprint(question.model, question.lora, question.adapter, spec);
        MemoryPlan memory = new MemoryNeeds(
                        footprint, spec, question.method, question.adapter != null, trained, evaluated)
                .within(room);
        var order = new DataOrder(spec, new int[Math.toIntExact(trained.rows())]);
        double epochs = order.epochsAfter(order.totalSteps());
        boolean compares = question.method == Method.DPO && spec.usesReference();
        // A reference that moves runs with every step; one that stays runs once for each row.
        double referenced =
                !compares ? 0 : spec.syncRefModel() || config.dependsOnBatch() ? 1 : Math.min(1, 1 / epochs);
        double flops = epochs
                * Flops.of(config, footprint.adapted(), footprint.trainsHead())
                        .of(trained, referenced, memory.gradientCheckpointing());
        return new RunForecast(trained, evaluated, order.stepsPerEpoch(), order.totalSteps(), epochs, memory, flops);
    }

    static Footprint footprint(Path model, @Nullable LoraSpec lora, @Nullable Path adapter, TrainingSpec spec) {
        return Footprint.of(model, lora == null ? null : Form.write(lora), adapter, !spec.disableDropout());
    }
}
