package dev.tandem.api.openai;

import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingSpec;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Hyperparameters as numbers. {@code "auto"} is a function of the rows of the training file:
 *
 * <ul>
 *   <li>{@code n_epochs}: 3; on fewer than 34 rows as many as make 100 rows, at most 25; on more than 8333 rows as many as
 *       make 25 000, at least 1 (the rule that OpenAI's cookbook gives for its own default).
 *   <li>{@code batch_size}: a 500th of the rows, rounded up to a power of two, at least 8, at most 256, never more than
 *       there are rows.
 *   <li>{@code learning_rate_multiplier}: 1, times the rate that TRL has as its default: 1e-6 for dpo, 2e-5 for supervised.
 *   <li>{@code beta}: 0.1.
 * </ul>
 *
 * @param batchSize rows of one optimizer step
 * @param beta of dpo; null for supervised
 */
record Recipe(
        int batchSize,
        double learningRateMultiplier,
        int nEpochs,
        @Nullable Double beta) {

    private static final double BETA = 0.1;
    private static final int EPOCHS = 3;
    private static final int MOST_AUTO_EPOCHS = 25;
    private static final long FEWEST_ROWS_SEEN = 100;
    private static final long MOST_ROWS_SEEN = 25_000;
    private static final long ROWS_PER_BATCH_ROW = 500;
    private static final int SMALLEST_AUTO_BATCH = 8;

    /** Rows that a device takes at a time, at most; a larger batch is gathered over several micro-batches. */
    private static final int LARGEST_MICRO_BATCH = 8;

    private static final MathContext SHOWN = new MathContext(12);

    static Recipe of(MethodChoice method, long rows) {
        Hyperparameters asked = method.hyperparameters();
        return new Recipe(
                (int) number(asked.batchSize(), autoBatch(rows)),
                number(asked.learningRateMultiplier(), 1),
                (int) number(asked.nEpochs(), autoEpochs(rows)),
                method.isDpo() ? number(asked.beta(), BETA) : null);
    }

    /** What a job was made with, whoever made it; it may have epochs by steps, or a fraction of one. */
    static Recipe of(Method method, TrainingSpec training, double epochsDone) {
        double epochs = training.maxSteps() > 0 ? epochsDone : training.numTrainEpochs();
        double multiplier = BigDecimal.valueOf(training.learningRate())
                .divide(baseRate(method), SHOWN)
                .doubleValue();
        return new Recipe(
                training.perDeviceTrainBatchSize() * training.gradientAccumulationSteps(),
                multiplier,
                (int) Math.max(1, Math.ceil(epochs)),
                method == Method.DPO ? training.beta() : null);
    }

    /** The settings of the native API that say the same. */
    Map<String, Object> training(Method method) {
        int microBatch = microBatch();
        var training = new LinkedHashMap<String, Object>();
        training.put("num_train_epochs", nEpochs);
        training.put("per_device_train_batch_size", microBatch);
        training.put("per_device_eval_batch_size", microBatch);
        training.put("gradient_accumulation_steps", batchSize / microBatch);
        training.put(
                "learning_rate",
                baseRate(method)
                        .multiply(BigDecimal.valueOf(learningRateMultiplier))
                        .doubleValue());
        if (beta != null) {
            training.put("beta", beta);
        }
        return training;
    }

    /** As they are shown. */
    Map<String, Object> shown() {
        var shown = new LinkedHashMap<String, Object>();
        shown.put("n_epochs", nEpochs);
        shown.put("batch_size", batchSize);
        shown.put("learning_rate_multiplier", learningRateMultiplier);
        if (beta != null) {
            shown.put("beta", beta);
        }
        return shown;
    }

    /** The largest divisor that a device takes at a time, so that every step has exactly the batch. */
    private int microBatch() {
        int divisor = Math.min(batchSize, LARGEST_MICRO_BATCH);
        while (batchSize % divisor != 0) {
            divisor--;
        }
        return divisor;
    }

    private static BigDecimal baseRate(Method method) {
        return switch (method) {
            case DPO -> new BigDecimal("1e-6");
            case SFT -> new BigDecimal("2e-5");
        };
    }

    private static double number(@Nullable Object asked, double auto) {
        return asked instanceof Number number ? number.doubleValue() : auto;
    }

    private static int autoEpochs(long rows) {
        if (rows * EPOCHS < FEWEST_ROWS_SEEN) {
            return (int) Math.min(MOST_AUTO_EPOCHS, Math.ceilDiv(FEWEST_ROWS_SEEN, rows));
        }
        return (int) Math.max(1, Math.min(EPOCHS, MOST_ROWS_SEEN / rows));
    }

    private static int autoBatch(long rows) {
        long share = Math.ceilDiv(rows, ROWS_PER_BATCH_ROW);
        long power = share <= 1 ? 1 : Long.highestOneBit(share - 1) * 2;
        long batch = Math.clamp(power, SMALLEST_AUTO_BATCH, Hyperparameters.LARGEST_BATCH);
        return (int) Math.min(batch, rows);
    }
}
