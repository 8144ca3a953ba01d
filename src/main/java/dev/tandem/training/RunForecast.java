package dev.tandem.training;

import dev.tandem.spec.Form;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.Method;
import dev.tandem.spec.TokenCounts;
import dev.tandem.spec.TokenOrder;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.transformer.Footprint;
import dev.tandem.transformer.ModelConfig;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a run will come to, told without running it: no weight is read and libtorch is not loaded, so a service may ask.
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
     * What is to be trained, and how.
     *
     * @param model folder of the base checkpoint
     * @param adapter folder of an adapter to start from
     */
    public record Question(
            Method method,
            TrainingSpec spec,
            @Nullable LoraSpec lora,
            Path model,
            @Nullable Path adapter) {}

    /**
     * Tokenizes all rows of a file, holding few in memory. Tokenizers are native code that comes with models: no server calls
     * this.
     *
     * @throws dev.tandem.spec.TrainingFailure if the rows cannot be trained on
     */
    public static TokenCounts count(TokenOrder order, TextTokenizer tokenizer, ModelConfig config) {
        var counter = new TokenCounter(order.method());
        TokenizedDataset.visit(
                        order.source(),
                        new RowTokenizer(tokenizer, order.promptBoundary()),
                        config.maxLength(order.maxLength()),
                        order.truncationMode(),
                        order.method(),
                        counter)
                .requireWithin(config.vocabSize());
        return counter.counts();
    }

    /** @throws dev.tandem.spec.TrainingFailure if the rows do not fill one batch */
    public static RunForecast of(
            Question question, TokenCounts trained, @Nullable TokenCounts evaluated, MemoryPlan.Room room) {
        ModelConfig config = ModelConfig.read(question.model);
        TrainingSpec spec = question.spec;
        Footprint footprint = footprint(question.model, question.lora, question.adapter, spec);
        MemoryPlan memory = new MemoryNeeds(
                        footprint, spec, question.method, question.adapter != null, trained, evaluated)
                .within(room);
        var order = new DataOrder(spec, new int[Math.toIntExact(trained.rows())]);
        double epochs = order.epochsAfter(order.totalSteps());
        double flops = epochs
                * Flops.of(config, footprint.adapted(), footprint.trainsHead())
                        .of(trained, referenced(question, config, epochs), memory.gradientCheckpointing());
        return new RunForecast(trained, evaluated, order.stepsPerEpoch(), order.totalSteps(), epochs, memory, flops);
    }

    /** Share of the rows that run through the reference: a moving one runs with every step, another once for each row. */
    private static double referenced(Question question, ModelConfig config, double epochs) {
        if (question.method != Method.DPO || !question.spec.usesReference()) {
            return 0;
        }
        return question.spec.syncRefModel() || config.dependsOnBatch() ? 1 : Math.min(1, 1 / epochs);
    }

    static Footprint footprint(Path model, @Nullable LoraSpec lora, @Nullable Path adapter, TrainingSpec spec) {
        return Footprint.of(model, lora == null ? null : Form.write(lora), adapter, !spec.disableDropout());
    }
}
