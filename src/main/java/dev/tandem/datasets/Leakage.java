package dev.tandem.datasets;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of one dataset whose prompts another one has too.
 *
 * @param against id of the other dataset
 * @param rows how many there are
 * @param share of all rows
 * @param lines the first {@value DatasetReport#MOST_ERRORS} of them
 * @param warning null if there are none
 */
public record Leakage(
        String against,
        long rows,
        double share,
        List<Shared> lines,
        @Nullable String warning) {

    /** A line, and the first line of the other dataset with the same prompt. */
    public record Shared(
            long line, @JsonProperty("other_line") long otherLine) {}
}
