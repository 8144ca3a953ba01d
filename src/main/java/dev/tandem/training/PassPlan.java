package dev.tandem.training;

import java.util.ArrayList;
import java.util.List;

/**
 * How rows are grouped into passes: as many together as fit, in their order. It changes no number beyond rounding, but
 * rounding it does change, so a checkpoint carries it.
 *
 * @param tokens that a pass may have, padding counted; a single row may have more; 0 where every declared micro-batch is
 *     one pass
 * @param recomputes whether layers are computed again for their gradients instead of kept
 */
record PassPlan(int tokens, boolean recomputes) {

    static PassPlan asDeclared(boolean recomputes) {
        return new PassPlan(0, recomputes);
    }

    boolean isAsDeclared() {
        return tokens == 0;
    }

    /** The portions of a step. */
    List<Portion> portions(List<MicroBatch> declared) {
        if (isAsDeclared()) {
            return declared.stream().map(Portion::alone).toList();
        }
        var portions = new ArrayList<Portion>();
        var together = new ArrayList<MicroBatch>();
        for (MicroBatch batch : declared) {
            if (!together.isEmpty() && !fits(together, batch)) {
                portions.add(Portion.together(together));
                together.clear();
            }
            if (batch.places() > tokens) {
                portions.add(split(batch));
            } else {
                together.add(batch);
            }
        }
        if (!together.isEmpty()) {
            portions.add(Portion.together(together));
        }
        return portions;
    }

    private boolean fits(List<MicroBatch> together, MicroBatch next) {
        int trees = next.trees().size();
        int longest = next.longest();
        for (MicroBatch batch : together) {
            trees += batch.trees().size();
            longest = Math.max(longest, batch.longest());
        }
        return (long) trees * longest <= tokens;
    }

    private Portion split(MicroBatch batch) {
        var passes = new ArrayList<MicroBatch>();
        int first = 0;
        for (int end = 1; end <= batch.rows().size(); end++) {
            boolean last = end == batch.rows().size();
            if (last || batch.part(first, end + 1).places() > tokens) {
                passes.add(batch.part(first, end));
                first = end;
            }
        }
        return new Portion(List.of(batch), passes);
    }
}
