package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.List;

/** What the routers of a forward pass chose. */
public final class Routing {

    private final PackedTokens tokens;
    private final List<NDArray> probabilities = new ArrayList<>(); // (N, experts) each
    private final List<NDArray> picks = new ArrayList<>(); // (N, picked) each, int64

    Routing(PackedTokens tokens) {
        this.tokens = tokens;
    }

    void add(NDArray ofExperts, NDArray picked) {
        probabilities.add(ofExperts);
        picks.add(picked);
    }

    /**
     * The auxiliary loss of the Switch Transformer (arXiv:2101.03961, equations 4 to 6), which is least where the experts
     * are used evenly: {@code E sum_e f_e P_e} with {@code f_e} the share of tokens that go to expert e and {@code P_e} its
     * mean probability, over the tokens of all layers. A token that several sequences share counts once for each, as it
     * does in rows that do not share it.
     *
     * @return a scalar
     */
    public NDArray imbalance(Ops ops) {
        return imbalance(ops, probabilities);
    }

    /** Gradient of {@code weight * imbalance} by the probabilities of each layer that routes, (N, experts) each. */
    List<NDArray> imbalanceSlopes(Ops ops, GradientCollector collector, double weight) {
        List<NDArray> leaves = probabilities.stream()
                .map(each -> {
                    NDArray leaf = each.duplicate();
                    leaf.setRequiresGradient(true);
                    return leaf;
                })
                .toList();
        collector.backward(imbalance(ops, leaves).mul((float) weight));
        return leaves.stream().map(NDArray::getGradient).toList();
    }

    List<NDArray> probabilities() {
        return probabilities;
    }

    private NDArray imbalance(Ops ops, List<NDArray> ofExperts) {
        return ops.callOnLists(
                "imbalance", List.of(ofExperts, picks), ops.manager().create(tokens.sequences()));
    }
}
