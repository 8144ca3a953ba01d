package dev.tandem.datasets;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Whether the preferred answers are the longer ones, in characters.
 *
 * @param chosenLongerShare of all pairs
 * @param meanDifference of chosen and rejected; positive if chosen is longer
 * @param medianDifference likewise
 */
public record LengthBias(
        long pairs,
        @JsonProperty("chosen_longer") long chosenLonger,
        @JsonProperty("rejected_longer") long rejectedLonger,
        @JsonProperty("chosen_longer_share") double chosenLongerShare,
        @JsonProperty("mean_difference") double meanDifference,
        @JsonProperty("median_difference") double medianDifference) {

    /** Of pairs whose answers differ in length: from here on length alone tells much of the preference. */
    private static final double STRONG = 0.65;

    /** How many standard deviations a fair coin is away from what is seen, so that a few pairs prove nothing. */
    private static final double CERTAIN = 3;

    Optional<String> warning() {
        long different = chosenLonger + rejectedLonger;
        long more = Math.max(chosenLonger, rejectedLonger);
        boolean certain = 2.0 * more - different > CERTAIN * Math.sqrt(different);
        if (!certain || more < STRONG * different) {
            return Optional.empty();
        }
        boolean longer = chosenLonger > rejectedLonger;
        return Optional.of(
                "the chosen answer is the %s one in %d of %d pairs (by %s characters in the median): a model can learn length in place of quality; balance the pairs, or train with ld_alpha or a loss that divides by length (sigmoid_norm, simpo)"
                        .formatted(
                                longer ? "longer" : "shorter",
                                more,
                                pairs,
                                String.valueOf(Math.abs(medianDifference)).replaceFirst("\\.0$", "")));
    }

    /** Sums up pair by pair; what it holds grows with the range of the differences, not with the file. */
    static final class Counter {

        private static final int WIDEST = 1 << 20;

        private final TreeMap<Integer, Long> differences = new TreeMap<>();
        private long pairs;
        private long sum;

        void add(int chosen, int rejected) {
            int difference = chosen - rejected;
            pairs++;
            sum += difference;
            differences.merge(Math.clamp(difference, -WIDEST, WIDEST), 1L, Long::sum);
        }

        LengthBias bias() {
            long longer = count(differences.tailMap(0, false));
            return new LengthBias(
                    pairs,
                    longer,
                    count(differences.headMap(0, false)),
                    (double) longer / pairs,
                    (double) sum / pairs,
                    (at((pairs - 1) / 2) + at(pairs / 2)) / 2.0);
        }

        private static long count(java.util.Map<Integer, Long> part) {
            return part.values().stream().mapToLong(Long::longValue).sum();
        }

        /** The difference at a place among all in order. */
        private int at(long place) {
            long before = 0;
            for (var each : differences.entrySet()) {
                before += each.getValue();
                if (before > place) {
                    return each.getKey();
                }
            }
            throw new IllegalStateException("no pair at %d of %d".formatted(place, pairs));
        }
    }
}
