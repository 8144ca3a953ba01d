package dev.tandem.datasets;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.text.RowProblem;
import java.util.List;

/**
 * What was found when a file was checked.
 *
 * @param errors the first {@value #MOST_ERRORS} of the {@code invalid} lines
 * @param duplicates rows that an earlier row says word for word
 * @param identicalPairs lines whose chosen and rejected are the same
 * @param conflictingPairs rows that prefer what an earlier row rejects, and reject what it prefers
 */
public record DatasetReport(
        long valid,
        long invalid,
        List<RowProblem> errors,
        long duplicates,
        @JsonProperty("identical_pairs") long identicalPairs,
        @JsonProperty("conflicting_pairs") long conflictingPairs) {

    public static final int MOST_ERRORS = 100;
}
