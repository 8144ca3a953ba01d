package dev.tandem.spec;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which checkpoints {@code save_total_limit} lets go of, by Transformers' rule: never the latest, never the best. */
public final class Retention {

    private Retention() {}

    /**
     * @param steps of the checkpoints there are, oldest first
     * @param limit null to keep all
     * @param best step of the best checkpoint; null if there is none
     */
    public static List<Integer> surplus(List<Integer> steps, @Nullable Integer limit, @Nullable Integer best) {
        if (limit == null || steps.size() <= limit) {
            return List.of();
        }
        Set<Integer> kept = new HashSet<>(Set.of(steps.getLast()));
        if (best != null) {
            kept.add(best);
        }
        var surplus = new ArrayList<Integer>();
        int remaining = steps.size();
        for (int step : steps) {
            if (remaining > Math.max(limit, kept.size()) && !kept.contains(step)) {
                surplus.add(step);
                remaining--;
            }
        }
        return surplus;
    }
}
