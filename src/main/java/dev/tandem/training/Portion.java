package dev.tandem.training;

import java.util.List;

/**
 * Declared micro-batches and the passes that their rows run in: the loss and the metrics are those of each declared
 * micro-batch, whatever runs together. Either one pass takes them all, or one of them is spread over several passes.
 *
 * @param declared in the order of their rows
 * @param passes the same rows in the same order
 */
record Portion(List<MicroBatch> declared, List<MicroBatch> passes) {

    /** All of them in one pass. */
    static Portion together(List<MicroBatch> declared) {
        return new Portion(List.copyOf(declared), List.of(MicroBatch.joined(declared)));
    }

    static Portion alone(MicroBatch declared) {
        return together(List.of(declared));
    }

    boolean isOnePass() {
        return passes.size() == 1;
    }

    /** Tokens of the largest pass, padding counted. */
    int places() {
        return passes.stream().mapToInt(MicroBatch::places).max().orElse(0);
    }

    /** Whether no pass has two rows. */
    boolean isFinest() {
        return passes.stream().allMatch(pass -> pass.rows().size() == 1);
    }
}
