package dev.tandem.tokens;

import dev.tandem.spec.TokenReport;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How many sequences have how many tokens. */
final class Histogram {

    private final TreeMap<Integer, Long> counts = new TreeMap<>();
    private long total;
    private long sum;

    void add(int length) {
        total++;
        sum += length;
        counts.merge(length, 1L, Long::sum);
    }

    TokenReport.@Nullable Lengths lengths() {
        return total == 0
                ? null
                : new TokenReport.Lengths(
                        counts.firstKey(), (double) sum / total, percentile(50), percentile(95), counts.lastKey());
    }

    /** The smallest length that so many percent are not longer than. */
    private int percentile(int percent) {
        long place = (total * percent + 99) / 100;
        long before = 0;
        for (Map.Entry<Integer, Long> each : counts.entrySet()) {
            before += each.getValue();
            if (before >= place) {
                return each.getKey();
            }
        }
        return counts.lastKey();
    }
}
