package dev.tandem.api.openai;

import dev.tandem.spec.Rules;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request to fine-tune, as it comes over HTTP; {@code dev.tandem.spec.Form} reads it.
 *
 * @param model id or name of a model
 * @param suffix part of the name of the model that comes out
 * @param metadata labels of the job
 * @param hyperparameters the older place for those of method supervised
 * @param integrations none is supported, so an empty list
 */
public record CreateJob(
        @Nullable String model,
        @Nullable String trainingFile,
        @Nullable String validationFile,
        @Nullable String suffix,
        @Nullable Integer seed,
        @Nullable Map<String, String> metadata,
        @Nullable MethodChoice method,
        @Nullable Hyperparameters hyperparameters,
        @Nullable List<Object> integrations) {

    static final CreateJob EMPTY = new CreateJob(null, null, null, null, null, null, null, null, null);

    private static final int MOST_PAIRS = 16;
    private static final int LONGEST_KEY = 64;
    private static final int LONGEST_VALUE = 512;

    public CreateJob {
        Map<String, String> pairs = metadata == null ? Map.of() : metadata;
        new Rules()
                .check(
                        suffix == null || suffix.matches("[A-Za-z0-9._-]{1,64}"),
                        "suffix",
                        "must be 1 to 64 letters, digits and . _ -",
                        suffix)
                .check(seed == null || seed >= 0, "seed", "must be from 0 to 2147483647", seed)
                .check(
                        pairs.size() <= MOST_PAIRS,
                        "metadata",
                        "must have at most %d pairs".formatted(MOST_PAIRS),
                        pairs.size())
                .check(
                        pairs.keySet().stream().allMatch(key -> !key.isEmpty() && key.length() <= LONGEST_KEY),
                        "metadata",
                        "must have keys of 1 to %d characters".formatted(LONGEST_KEY),
                        pairs.keySet())
                .check(
                        pairs.values().stream().allMatch(value -> value.length() <= LONGEST_VALUE),
                        "metadata",
                        "must have values of at most %d characters".formatted(LONGEST_VALUE),
                        "one that is longer")
                .check(
                        integrations == null || integrations.isEmpty(),
                        "integrations",
                        "must be empty; none is supported here",
                        integrations)
                .check(
                        method == null || hyperparameters == null,
                        "hyperparameters",
                        "must be left out where method is given, which has its own",
                        "given")
                .check(
                        hyperparameters == null || Hyperparameters.isAuto(hyperparameters.beta()),
                        "hyperparameters.beta",
                        "belongs to method dpo and must be left out",
                        "given")
                .done();
    }

    MethodChoice chosenMethod() {
        return method == null ? MethodChoice.supervised(hyperparameters) : method;
    }
}
