package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.OptimArgs;
import dev.tandem.transformer.Ops;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code torch.optim.SGD}: g ← g + wd·p, b ← μ b + (1 − τ) g, p ← p − lr·b; the first b is g, undampened. */
final class Sgd implements Optimizer {

    private final OptimArgs args;
    private final List<ParameterGroup> groups;
    private final Map<String, NDArray> momenta;

    Sgd(NDManager manager, OptimArgs args, List<ParameterGroup> groups) {
        this.args = args;
        this.groups = groups;
        this.momenta = args.momentum() > 0 ? ParameterGroup.zeros(manager, groups) : Map.of();
    }

    @Override
    public void step(Ops ops, Map<String, NDArray> gradients, double learningRate, boolean first) {
        NDManager manager = ops.manager();
        for (ParameterGroup group : groups) {
            ops.callOnLists(
                    "sgd",
                    List.of(
                            group.pick(group.parameters()),
                            group.pick(gradients),
                            args.momentum() > 0 ? group.pick(momenta) : RmsProp.unused(manager)),
                    Ops.constant(manager, learningRate),
                    Ops.constant(manager, group.weightDecay()),
                    Ops.constant(manager, args.momentum()),
                    Ops.constant(manager, first ? 1 : 1 - args.dampening()),
                    Ops.constant(manager, args.nesterov() ? 1 : 0));
        }
    }

    @Override
    public Map<String, NDArray> state() {
        var state = new LinkedHashMap<String, NDArray>();
        momenta.forEach((name, array) -> state.put("momentum_buffer." + name, array));
        return state;
    }
}
