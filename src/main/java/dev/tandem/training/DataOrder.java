package dev.tandem.training;

import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.TokenizedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which rows each step takes. It is a function of the spec and the rows' lengths alone, so a resumed run needs no stored
 * cursor. Micro-batches never span epochs, nor do steps: the last step of an epoch takes what is left.
 */
final class DataOrder {

    private static final int MOST_GROUPED = 50;

    private final TrainingSpec spec;
    private final int[] lengths;
    private final int microBatches; // per epoch
    private int orderedEpoch = -1;
    private int[] order = {};

    /**
     * @param lengths of the rows, in tokens
     * @throws TrainingFailure if {@code dataloader_drop_last} leaves nothing
     */
    DataOrder(TrainingSpec spec, int[] lengths) {
        this.spec = spec;
        this.lengths = lengths;
        int batch = spec.perDeviceTrainBatchSize();
        this.microBatches = spec.dataloaderDropLast() ? lengths.length / batch : Math.ceilDiv(lengths.length, batch);
        if (microBatches == 0) {
            throw new TrainingFailure(
                    FailureKind.INVALID_DATASET,
                    "%d rows do not fill one batch of per_device_train_batch_size %d, and dataloader_drop_last drops what is less; set it to false"
                            .formatted(lengths.length, batch));
        }
    }

    /** A row is as long as the longer of its two sequences, which is what a batch has to hold. */
    static int[] lengths(List<TokenizedRow> rows) {
        return rows.stream()
                .mapToInt(row -> {
                    int[] rejected = row.rejectedIds();
                    int completion = Math.max(row.chosenIds().length, rejected == null ? 0 : rejected.length);
                    return row.promptIds().length + completion;
                })
                .toArray();
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
        arrange(step / stepsPerEpoch());
        int first = step % stepsPerEpoch() * spec.gradientAccumulationSteps();
        int last = Math.min(first + spec.gradientAccumulationSteps(), microBatches);
        var batches = new ArrayList<int[]>();
        for (int i = first; i < last; i++) {
            int start = i * spec.perDeviceTrainBatchSize();
            int end = Math.min(start + spec.perDeviceTrainBatchSize(), lengths.length);
            batches.add(Arrays.copyOfRange(order, start, end));
        }
        return batches;
    }

    private void arrange(int epoch) {
        if (epoch != orderedEpoch) {
            order = switch (spec.trainSamplingStrategy()) {
                case SEQUENTIAL -> IntStream.range(0, lengths.length).toArray();
                case RANDOM -> shuffled(epoch);
                case GROUP_BY_LENGTH -> grouped(shuffled(epoch));
            };
            orderedEpoch = epoch;
        }
    }

    /** Accelerate's SeedableRandomSampler: the generator starts anew in each epoch from the seed plus its number. */
    private int[] shuffled(int epoch) {
        Integer dataSeed = spec.dataSeed();
        return new TorchRandom((dataSeed == null ? spec.seed() : dataSeed) + (long) epoch).permutation(lengths.length);
    }

    /**
     * Transformers' LengthGroupedSampler: within mega-batches of up to 50 steps the longest first, and the longest row
     * of all at the very front, so that a run which must run out of memory does so at once.
     */
    private int[] grouped(int[] shuffled) {
        int step = spec.perDeviceTrainBatchSize() * spec.gradientAccumulationSteps();
        int mega = step * Math.max(1, Math.min(lengths.length / (step * 4), MOST_GROUPED));
        Integer[] rows = Arrays.stream(shuffled).boxed().toArray(Integer[]::new);
        int longest = 0; // where the mega-batch begins that has it
        for (int start = 0; start < rows.length; start += mega) {
            Arrays.sort(
                    rows,
                    start,
                    Math.min(start + mega, rows.length),
                    Comparator.comparing((Integer row) -> -lengths[row]));
            longest = lengths[rows[start]] > lengths[rows[longest]] ? start : longest;
        }
        int first = rows[0];
        rows[0] = rows[longest];
        rows[longest] = first;
        return Arrays.stream(rows).mapToInt(Integer::intValue).toArray();
    }
}
