package dev.tandem.datasets;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.tandem.spec.PreferenceRow;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How much the rows of a dataset count where they do not all count once.
 *
 * @param weighted rows whose weight is not 1
 * @param firstLine of the first of them
 * @param unused rows of weight 0
 * @param least of all rows
 * @param most of all rows
 * @param mean of all rows: how many times larger losses and gradients are than without weights
 */
public record RowWeights(
        long weighted,
        @JsonProperty("first_line") long firstLine,
        long unused,
        double least,
        double most,
        double mean) {

    /** @param rows of the dataset */
    Optional<String> warning(long rows) {
        return unused == 0
                ? Optional.empty()
                : Optional.of("%d of %d rows have weight 0: they take a place in a batch and teach nothing"
                        .formatted(unused, rows));
    }

    /** Sums up row by row. */
    static final class Counter {

        private long rows;
        private long weighted;
        private long firstLine;
        private long unused;
        private double least = Double.POSITIVE_INFINITY;
        private double most;
        private double sum;

        void add(PreferenceRow row) {
            double weight = row.weight();
            rows++;
            if (weight != 1 && weighted++ == 0) {
                firstLine = row.line();
            }
            unused += weight == 0 ? 1 : 0;
            least = Math.min(least, weight);
            most = Math.max(most, weight);
            sum += weight;
        }

        /** Null if each row counts once. */
        @Nullable
        RowWeights weights() {
            return weighted == 0 ? null : new RowWeights(weighted, firstLine, unused, least, most, sum / rows);
        }
    }
}
