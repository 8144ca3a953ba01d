package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A reference that follows the policy, TR-DPO's soft update (arXiv:2404.09656): every k steps ref ← (1 − α) ref + α
 * policy.
 */
record SyncedReference(Map<String, NDArray> parameters, Map<String, NDArray> policy, double alpha, int every) {

    static SyncedReference of(LanguageModel reference, Policy policy, double alpha, int every) {
        return new SyncedReference(reference.decoder().weights().all(), policy.parameters(), alpha, every);
    }

    /** @param step steps done */
    void follow(Ops ops, int step) {
        if (step % every == 0) {
            var from = new ArrayList<NDArray>();
            parameters.keySet().forEach(name -> from.add(policy.get(name)));
            ops.callOnLists("mix", List.of(List.copyOf(parameters.values()), from), Ops.constant(ops.manager(), alpha));
        }
    }
}
