package dev.tandem.training;

/** Numbers of steps as Transformers reads them. */
final class StepCount {

    private StepCount() {}

    /** @param stepsOrShare below 1 a share of all steps, rounded up */
    static int of(double stepsOrShare, int totalSteps) {
        return (int) (stepsOrShare < 1 ? Math.ceil(totalSteps * stepsOrShare) : stepsOrShare);
    }
}
