package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** What the routers of one or more forward passes chose for N tokens. */
public final class Routing {

    private final float[] sequences; // how many sequences each token is a part of, (N)
    private final List<NDArray> probabilities = new ArrayList<>(); // (N, experts) each
    private final List<NDArray> picks = new ArrayList<>(); // (N, picked) each, int64

    Routing(PackedTokens tokens) {
        this(tokens.sequences());
    }

    private Routing(float[] sequences) {
        this.sequences = sequences;
    }

    void add(NDArray ofExperts, NDArray picked) {
        probabilities.add(ofExperts);
        picks.add(picked);
    }

    /** One after the other, as if they were one pass. */
    public static Routing joined(List<Routing> passes) {
        if (passes.size() == 1) {
            return passes.getFirst();
        }
        int tokens = passes.stream().mapToInt(pass -> pass.sequences.length).sum();
        float[] sequences = new float[tokens];
        int start = 0;
        for (Routing pass : passes) {
            System.arraycopy(pass.sequences, 0, sequences, start, pass.sequences.length);
            start += pass.sequences.length;
        }
        var joined = new Routing(sequences);
        for (int i = 0; i < passes.getFirst().picks.size(); i++) {
            int layer = i;
            joined.add(
                    concat(passes.stream()
                            .map(pass -> pass.probabilities.get(layer))
                            .toList()),
                    concat(passes.stream().map(pass -> pass.picks.get(layer)).toList()));
        }
        return joined;
    }

    private static NDArray concat(List<NDArray> arrays) {
        return NDArrays.concat(new NDList(arrays), 0);
    }

    /** What was chosen for some of the tokens, in the order of the pass. */
    public Routing slice(int from, int to) {
        if (from == 0 && to == sequences.length) {
            return this;
        }
        var slice = new Routing(Arrays.copyOfRange(sequences, from, to));
        String rows = from + ":" + to;
        IntStream.range(0, picks.size())
                .forEach(layer -> slice.add(
                        probabilities.get(layer).get(rows), picks.get(layer).get(rows)));
        return slice;
    }

    /** Makes what was chosen live as long as {@code manager}. */
    public Routing keep(NDManager manager) {
        probabilities.forEach(each -> each.attach(manager));
        picks.forEach(each -> each.attach(manager));
        return this;
    }

    /** The same choices, with probabilities that gradients end at. */
    public Routing leaves() {
        var leaves = new Routing(sequences);
        for (int i = 0; i < picks.size(); i++) {
            NDArray leaf = probabilities.get(i).stopGradient();
            leaf.setRequiresGradient(true);
            leaves.add(leaf, picks.get(i));
        }
        return leaves;
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
        return ops.callOnLists(
                "imbalance", List.of(probabilities, picks), ops.manager().create(sequences));
    }

    /** Of each layer that routes, (N, experts) each. */
    public List<NDArray> probabilities() {
        return probabilities;
    }
}
