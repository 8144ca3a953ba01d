package dev.tandem.training;

import dev.tandem.spec.SamplingStrategy;
import dev.tandem.spec.TrainingSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Which rows each step takes. It is a function of the spec and the number of rows alone, so a resumed run needs no
 * stored cursor. Micro-batches never span epochs, nor do steps: the last step of an epoch takes what is left.
 */
final class DataOrder {

    private final TrainingSpec spec;
    private final int rows;
    private final int microBatches; // per epoch
    private int shuffledEpoch = -1;
    private int[] order = {};

    DataOrder(TrainingSpec spec, int rows) {
        this.spec = spec;
        this.rows = rows;
        int batch = spec.perDeviceTrainBatchSize();
        this.microBatches = spec.dataloaderDropLast() && rows >= batch ? rows / batch : Math.ceilDiv(rows, batch);
    }

    int stepsPerEpoch() {
        return Math.ceilDiv(microBatches, spec.gradientAccumulationSteps());
    }

    int totalSteps() {
        return spec.maxSteps() > 0 ? spec.maxSteps() : (int) Math.ceil(spec.numTrainEpochs() * stepsPerEpoch());
    }

    /** Passes over the data after so many steps, with a fraction counted in micro-batches. */
    double epochsAfter(int steps) {
        int inEpoch = steps % stepsPerEpoch();
        return steps / stepsPerEpoch() + (double) (inEpoch * spec.gradientAccumulationSteps()) / microBatches;
    }

    /** The rows of each micro-batch of a step. */
    List<int[]> microBatchesOf(int step) {
        shuffle(step / stepsPerEpoch());
        int first = step % stepsPerEpoch() * spec.gradientAccumulationSteps();
        int last = Math.min(first + spec.gradientAccumulationSteps(), microBatches);
        var batches = new ArrayList<int[]>();
        for (int i = first; i < last; i++) {
            int start = i * spec.perDeviceTrainBatchSize();
            int end = Math.min(start + spec.perDeviceTrainBatchSize(), rows);
            batches.add(Arrays.copyOfRange(order, start, end));
        }
        return batches;
    }

    private void shuffle(int epoch) {
        if (epoch == shuffledEpoch) {
            return;
        }
        order = IntStream.range(0, rows).toArray();
        shuffledEpoch = epoch;
        if (spec.trainSamplingStrategy() == SamplingStrategy.SEQUENTIAL) {
            return;
        }
        var random = new SplittableRandom(spec.seed() * 0x9E3779B97F4A7C15L + epoch);
        for (int i = rows - 1; i > 0; i--) {
            int j = random.nextInt(i + 1);
            int swapped = order[i];
            order[i] = order[j];
            order[j] = swapped;
        }
    }
}
