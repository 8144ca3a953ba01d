package dev.tandem.spec;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a dataset is to a model. Of each kind the first {@value #MOST_LINES} lines are listed and all are counted.
 *
 * @param rows that are trained on
 * @param prompt tokens of prompts, of all rows that the template takes, before anything is cut; null if there is none
 * @param rejected null for demonstrations
 * @param maxLength tokens of prompt and completion together that are kept; null for all
 * @param truncated rows that are cut to it
 * @param dropped valid rows that are not trained on
 * @param boundarySplits rows in which a token spans the border of prompt and completion
 * @param warnings in words
 */
public record TokenReport(
        long rows,
        @Nullable Lengths prompt,
        @Nullable Lengths chosen,
        @Nullable Lengths rejected,
        @Nullable Integer maxLength,
        long truncated,
        List<Long> truncatedLines,
        long dropped,
        List<Dropped> droppedLines,
        long boundarySplits,
        List<Long> boundarySplitLines,
        List<String> warnings) {

    public static final int MOST_LINES = 100;

    /** Of a list of numbers; percentiles are numbers of the list. */
    public record Lengths(int min, double mean, int p50, int p95, int max) {}

    /** A row that is left out, and why. */
    public record Dropped(long line, String reason) {}
}
