package dev.tandem.api;

import dev.tandem.estimates.Estimate;
import dev.tandem.jobs.Speeds;
import dev.tandem.spec.TokenCounts;
import dev.tandem.training.MemoryPlan;
import dev.tandem.training.RunForecast;
import org.jspecify.annotations.Nullable;

/**
 * What a job would come to, as clients see it.
 *
 * @param epochs passes over the data, with a fraction
 * @param flops of all training steps
 * @param expectedMinutes of all training steps; null if no speed was measured
 * @param expectedMinutesReason what the minutes are told by, or why there are none
 */
record EstimateView(
        Rows dataset,
        @Nullable Rows evalDataset,
        int stepsPerEpoch,
        int totalSteps,
        double epochs,
        Memory memory,
        double flops,
        @Nullable Double flopsPerSecond,
        @Nullable Double expectedMinutes,
        String expectedMinutesReason) {

    /**
     * @param rows that are trained on
     * @param dropped valid rows that cannot be trained on
     * @param truncated rows that are cut to max_length
     */
    record Rows(long rows, long dropped, long truncated, Tokens tokens) {

        static Rows of(TokenCounts counts) {
            return new Rows(
                    counts.rows(),
                    counts.dropped(),
                    counts.truncated(),
                    new Tokens(
                            counts.prompt(),
                            counts.chosen(),
                            counts.rejected(),
                            counts.predictions(),
                            counts.whole(),
                            counts.longest()));
        }
    }

    /**
     * Of all rows once.
     *
     * @param trained tokens whose probability the loss is made of
     * @param sequences as num_tokens counts: prompts once for each completion
     * @param longestRow prompt and completions together
     */
    record Tokens(long prompt, long chosen, long rejected, long trained, long sequences, int longestRow) {}

    /**
     * @param device cpu or gpu
     * @param reason why the job does not fit; null if it does
     * @param passTokens tokens that run together, padding counted; 1 for each row alone, 0 for micro-batches as declared
     */
    record Memory(
            boolean fits,
            @Nullable String reason,
            String device,
            long availableBytes,
            long requiredBytes,
            long weightsBytes,
            long referenceBytes,
            long gradientsBytes,
            long optimizerBytes,
            long passBytes,
            long runtimeBytes,
            int passTokens,
            boolean gradientCheckpointing) {

        static Memory of(MemoryPlan plan, boolean onGpu, boolean adapted) {
            return new Memory(
                    plan.fits(),
                    plan.fits() ? null : plan.refusal(adapted),
                    onGpu ? "gpu" : "cpu",
                    plan.available(),
                    plan.required(),
                    plan.weights(),
                    plan.reference(),
                    plan.gradients(),
                    plan.optimizer(),
                    plan.pass(),
                    plan.runtime(),
                    plan.passTokens(),
                    plan.gradientCheckpointing());
        }
    }

    static EstimateView of(Estimate estimate, boolean adapted) {
        RunForecast forecast = estimate.forecast();
        TokenCounts evaluated = forecast.evaluated();
        Speeds.Measured speed = estimate.speed();
        return new EstimateView(
                Rows.of(forecast.trained()),
                evaluated == null ? null : Rows.of(evaluated),
                forecast.stepsPerEpoch(),
                forecast.totalSteps(),
                forecast.epochs(),
                Memory.of(forecast.memory(), estimate.onGpu(), adapted),
                forecast.flops(),
                speed == null ? null : speed.flopsPerSecond(),
                estimate.minutes(),
                reason(speed));
    }

    private static String reason(Speeds.@Nullable Measured speed) {
        if (speed == null) {
            return "no job has measured its speed here yet";
        }
        String job = speed.job();
        return "by the speed of %s; loading and evaluations come on top"
                .formatted(job == null ? "another job on these machines" : job);
    }
}
