package dev.tandem.training;

import dev.tandem.spec.TrainingSpec;

/** The learning rate of each step, by Transformers' schedules. */
record LearningRate(TrainingSpec spec, int totalSteps) {

    /** @param step steps done before this one, from 0: the first step of a warm-up has rate 0 */
    double at(int step) {
        return spec.learningRate() * factor(step);
    }

    private double factor(int step) {
        int warmup = warmupSteps();
        if (step < warmup) {
            return (double) step / warmup;
        }
        double done = (double) (step - warmup) / Math.max(1, totalSteps - warmup);
        return switch (spec.lrSchedulerType()) {
            case LINEAR -> Math.max(0, 1 - done);
            case COSINE -> Math.max(0, 0.5 * (1 + Math.cos(Math.PI * done)));
            case CONSTANT, CONSTANT_WITH_WARMUP -> 1;
        };
    }

    private int warmupSteps() {
        double warmup = spec.warmupSteps() > 0 ? spec.warmupSteps() : spec.warmupRatio();
        return (int) (warmup < 1 ? Math.ceil(totalSteps * warmup) : warmup);
    }
}
