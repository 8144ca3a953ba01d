package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.OptimArgs;
import dev.tandem.transformer.Ops;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The DPO paper's optimizer, as {@code torch.optim.RMSprop}: g ← g + wd·p, v ← α v + (1 − α) g², p ← p − lr·g / (sqrt(v)
 * + ε). Weight decay is coupled: it goes through the root. Centered, v loses the square of the mean gradient.
 */
final class RmsProp implements Optimizer {

    private final OptimArgs args;
    private final List<ParameterGroup> groups;
    private final Map<String, NDArray> squares;
    private final Map<String, NDArray> means;
    private final Map<String, NDArray> momenta;

    RmsProp(NDManager manager, OptimArgs args, List<ParameterGroup> groups) {
        this.args = args;
        this.groups = groups;
        this.squares = ParameterGroup.zeros(manager, groups);
        this.means = args.centered() ? ParameterGroup.zeros(manager, groups) : Map.of();
        this.momenta = args.momentum() > 0 ? ParameterGroup.zeros(manager, groups) : Map.of();
    }

    @Override
    public void step(Ops ops, Map<String, NDArray> gradients, double learningRate, boolean first) {
        NDManager manager = ops.manager();
        for (ParameterGroup group : groups) {
            ops.callOnLists(
                    "rmsprop",
                    List.of(
                            group.pick(group.parameters()),
                            group.pick(gradients),
                            group.pick(squares),
                            args.centered() ? group.pick(means) : unused(manager),
                            args.momentum() > 0 ? group.pick(momenta) : unused(manager)),
                    Ops.constant(manager, learningRate),
                    Ops.constant(manager, group.weightDecay()),
                    Ops.constant(manager, args.alpha()),
                    Ops.constant(manager, args.eps()),
                    Ops.constant(manager, args.momentum()),
                    Ops.constant(manager, args.centered() ? 1 : 0));
        }
    }

    /** A list that a kernel takes and does not look at: an empty one cannot be passed. */
    static List<NDArray> unused(NDManager manager) {
        return List.of(manager.create(0f));
    }

    @Override
    public Map<String, NDArray> state() {
        var state = new LinkedHashMap<String, NDArray>();
        squares.forEach((name, array) -> state.put("square_avg." + name, array));
        means.forEach((name, array) -> state.put("grad_avg." + name, array));
        momenta.forEach((name, array) -> state.put("momentum_buffer." + name, array));
        return state;
    }
}
