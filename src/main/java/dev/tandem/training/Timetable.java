package dev.tandem.training;

import dev.tandem.spec.TrainingSpec;

/** What is due after which step. */
record Timetable(TrainingSpec spec, DataOrder order) {

    int totalSteps() {
        return order.totalSteps();
    }

    boolean logs(int step) {
        boolean due = switch (spec.loggingStrategy()) {
            case NO -> false;
            case STEPS -> step % StepCount.of(spec.loggingSteps(), totalSteps()) == 0;
            case EPOCH -> epochEnds(step);
        };
        return due || step == 1 && spec.loggingFirstStep() || step == totalSteps();
    }

    boolean evaluates(int step) {
        Double every = spec.evalSteps();
        return switch (spec.evalStrategy()) {
            case NO -> false;
            case STEPS ->
                spec.evalDelay() <= step
                        && (step == totalSteps()
                                || step % StepCount.of(every == null ? spec.loggingSteps() : every, totalSteps()) == 0);
            case EPOCH -> spec.evalDelay() <= order.epochsAfter(step) && (step == totalSteps() || epochEnds(step));
        };
    }

    /**
     * @param newBest whether an evaluation of this step gave a new best metric
     * @param last whether the run ends with this step, which ends its epoch too
     */
    boolean saves(int step, boolean newBest, boolean last) {
        return switch (spec.saveStrategy()) {
            case NO -> false;
            case STEPS -> step == totalSteps() || step % StepCount.of(spec.saveSteps(), totalSteps()) == 0;
            case EPOCH -> last || epochEnds(step);
            case BEST -> newBest;
        };
    }

    private boolean epochEnds(int step) {
        return step % order.stepsPerEpoch() == 0;
    }
}
