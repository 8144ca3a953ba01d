package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.transformer.Ops;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adam with decoupled weight decay (arXiv:1711.05101), as PyTorch's fused kernel computes it: p ← p (1 − lr·wd), then
 * p ← p − lr·m̂ / (sqrt(v̂) + ε).
 */
final class AdamW implements Optimizer {

    private final TrainingSpec spec;
    private final List<ParameterGroup> groups;
    private final Map<String, NDArray> firstMoments;
    private final Map<String, NDArray> secondMoments;
    private final Map<String, NDArray> steps = new LinkedHashMap<>();

    AdamW(NDManager manager, TrainingSpec spec, Map<String, NDArray> parameters) {
        this.spec = spec;
        this.groups = ParameterGroup.of(spec, parameters);
        this.firstMoments = ParameterGroup.zeros(manager, groups);
        this.secondMoments = ParameterGroup.zeros(manager, groups);
        parameters.keySet().forEach(name -> steps.put(name, manager.create(0f)));
    }

    @Override
    public void step(Ops ops, Map<String, NDArray> gradients, double learningRate, boolean first) {
        NDManager manager = ops.manager();
        for (ParameterGroup group : groups) {
            ops.callOnLists(
                    "adamw",
                    List.of(
                            group.pick(group.parameters()),
                            group.pick(gradients),
                            group.pick(firstMoments),
                            group.pick(secondMoments),
                            group.pick(steps)),
                    Ops.constant(manager, learningRate),
                    Ops.constant(manager, spec.adamBeta1()),
                    Ops.constant(manager, spec.adamBeta2()),
                    Ops.constant(manager, group.weightDecay()),
                    Ops.constant(manager, spec.adamEpsilon()));
        }
    }

    @Override
    public Map<String, NDArray> state() {
        var state = new LinkedHashMap<String, NDArray>();
        firstMoments.forEach((name, array) -> state.put("exp_avg." + name, array));
        secondMoments.forEach((name, array) -> state.put("exp_avg_sq." + name, array));
        steps.forEach((name, array) -> state.put("step." + name, array));
        return state;
    }
}
