package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A model and an adapter made into one. */
public final class MergedWeights {

    private MergedWeights() {}

    /** Whether a tied head no longer is the embedding. */
    public static boolean splitsHead(LoraAdapter adapter) {
        LoraModules modules = adapter.modules();
        String tied = LmHead.weightName(modules.model());
        String embedding = tied.substring(0, tied.lastIndexOf('.'));
        return modules.model().tied()
                && !modules.oneHead()
                && (adapter.changesHead()
                        || adapter.parts().containsKey(embedding)
                        || modules.saved().containsKey(tied));
    }

    /**
     * The parameters of one model that does what model and adapter do together, by the model's names. Where a tied head no longer is
     * the embedding it is among them.
     */
    public static Map<String, NDArray> of(Ops ops, Weights weights, LoraAdapter adapter) {
        Weights own = adapter.over(weights);
        var merged = new LinkedHashMap<String, NDArray>(own.all());
        adapter.parts()
                .forEach((module, part) ->
                        merged.computeIfPresent(module + ".weight", (name, weight) -> part.merged(ops, weight)));
        if (splitsHead(adapter)) {
            merged.put(
                    adapter.headWeight(),
                    adapter.head(
                            ops, weights.get(LmHead.weightName(adapter.modules().model()))));
        } else if (adapter.modules().model().tied()) {
            merged.remove(adapter.headWeight());
        }
        return Collections.unmodifiableMap(merged);
    }
}
