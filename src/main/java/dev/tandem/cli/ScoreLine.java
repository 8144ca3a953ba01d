package dev.tandem.cli;

import org.jspecify.annotations.Nullable;

/**
 * One row's scores, as they are written.
 *
 * @param row place in the file, from 0
 * @param chosenLogps log-probability of each chosen id, given all before it
 */
record ScoreLine(
        long row,
        int[] promptIds,
        int[] chosenIds,
        int @Nullable [] rejectedIds,
        float[] chosenLogps,
        float @Nullable [] rejectedLogps) {}
