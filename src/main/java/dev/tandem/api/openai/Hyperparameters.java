package dev.tandem.api.openai;

import dev.tandem.spec.Rules;
import org.jspecify.annotations.Nullable;

/**
 * How to train, each a number or {@code "auto"}. What a method does not have is null.
 *
 * @param beta of dpo
 */
public record Hyperparameters(
        @Nullable Object batchSize,
        @Nullable Object learningRateMultiplier,
        @Nullable Object nEpochs,
        @Nullable Object beta) {

    static final String AUTO = "auto";
    static final int LARGEST_BATCH = 256;
    static final int MOST_EPOCHS = 50;

    public static final Hyperparameters DEFAULTS = new Hyperparameters(AUTO, AUTO, AUTO, AUTO);

    public Hyperparameters {
        new Rules()
                .check(
                        isAuto(batchSize) || isWhole(batchSize, LARGEST_BATCH),
                        "batch_size",
                        "must be \"auto\" or a whole number from 1 to %d".formatted(LARGEST_BATCH),
                        batchSize)
                .check(
                        isAuto(learningRateMultiplier) || isWithin(learningRateMultiplier, 1e9),
                        "learning_rate_multiplier",
                        "must be \"auto\" or a number greater than 0, and at most 1e9",
                        learningRateMultiplier)
                .check(
                        isAuto(nEpochs) || isWhole(nEpochs, MOST_EPOCHS),
                        "n_epochs",
                        "must be \"auto\" or a whole number from 1 to %d".formatted(MOST_EPOCHS),
                        nEpochs)
                .check(
                        isAuto(beta) || isWithin(beta, 2),
                        "beta",
                        "must be \"auto\" or a number greater than 0, and at most 2",
                        beta)
                .done();
    }

    static boolean isAuto(@Nullable Object value) {
        return value == null || value.equals(AUTO);
    }

    private static boolean isWhole(@Nullable Object value, int most) {
        return value instanceof Number n
                && n.doubleValue() == Math.rint(n.doubleValue())
                && n.doubleValue() >= 1
                && n.doubleValue() <= most;
    }

    private static boolean isWithin(@Nullable Object value, double most) {
        return value instanceof Number n && n.doubleValue() > 0 && n.doubleValue() <= most;
    }
}
