package dev.tandem.datasets;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.text.RowProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found when a file was checked. Of each kind the first {@value #MOST_ERRORS} lines are listed and all are counted.
 *
 * @param errors of the {@code invalid} lines
 * @param duplicates rows that an earlier row says word for word
 * @param identicalPairs lines whose chosen and rejected are the same, which are invalid
 * @param conflictingPairs rows that prefer what an earlier row rejects, and reject what it prefers
 * @param lengths null if the rows are demonstrations
 * @param weights null if each row counts once
 * @param warnings what a person should look at before training, in words
 */
public record DatasetReport(
        long valid,
        long invalid,
        List<RowProblem> errors,
        long duplicates,
        @JsonProperty("duplicate_lines") List<Twin> duplicateLines,
        @JsonProperty("identical_pairs") long identicalPairs,
        @JsonProperty("identical_lines") List<Long> identicalLines,
        @JsonProperty("conflicting_pairs") long conflictingPairs,
        @JsonProperty("conflicting_lines") List<Twin> conflictingLines,
        @Nullable LengthBias lengths,
        @Nullable RowWeights weights,
        List<String> warnings) {

    public static final int MOST_ERRORS = 100;

    /** Reports of before have neither lists of lines nor warnings. */
    public DatasetReport {
        duplicateLines = orNone(duplicateLines);
        identicalLines = orNone(identicalLines);
        conflictingLines = orNone(conflictingLines);
        warnings = orNone(warnings);
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
        return list == null ? List.of() : list;
    }
}
