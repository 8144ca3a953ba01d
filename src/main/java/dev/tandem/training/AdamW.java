package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.transformer.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Adam with decoupled weight decay (arXiv:1711.05101), as PyTorch's fused kernel computes it: p ← p (1 − lr·wd), then
 * p ← p − lr·m̂ / (sqrt(v̂) + ε).
 */
final class AdamW {

    /** Parameters without weight decay, as Transformers' Trainer chooses them: norms and biases. */
    private static final Pattern NO_DECAY =
            Pattern.compile("bias|layernorm|rmsnorm|(^|\\.)norm($|\\.)|_norm($|\\.)|\\.ln_[12f]\\.");

    private final TrainingSpec spec;
    private final Map<String, NDArray> parameters;
    private final Map<String, NDArray> firstMoments = new LinkedHashMap<>();
    private final Map<String, NDArray> secondMoments = new LinkedHashMap<>();
    private final Map<String, NDArray> steps = new LinkedHashMap<>();

    /** @param manager owns the moments */
    AdamW(NDManager manager, TrainingSpec spec, Map<String, NDArray> parameters) {
        this.spec = spec;
        this.parameters = parameters;
        parameters.forEach((name, parameter) -> {
            firstMoments.put(name, manager.zeros(parameter.getShape(), DataType.FLOAT32));
            secondMoments.put(name, manager.zeros(parameter.getShape(), DataType.FLOAT32));
            steps.put(name, manager.create(0f));
        });
    }

    /** Moves every parameter, in place. */
    void step(Ops ops, Map<String, NDArray> gradients, double learningRate) {
        update(ops, gradients, learningRate, spec.weightDecay(), names(true));
        update(ops, gradients, learningRate, 0, names(false));
    }

    private void update(Ops ops, Map<String, NDArray> gradients, double rate, double decay, List<String> names) {
        if (names.isEmpty()) {
            return;
        }
        NDManager manager = ops.manager();
        ops.callOnLists(
                "adamw",
                List.of(
                        pick(parameters, names),
                        pick(gradients, names),
                        pick(firstMoments, names),
                        pick(secondMoments, names),
                        pick(steps, names)),
                Ops.constant(manager, rate),
                Ops.constant(manager, spec.adamBeta1()),
                Ops.constant(manager, spec.adamBeta2()),
                Ops.constant(manager, decay),
                Ops.constant(manager, spec.adamEpsilon()));
    }

    private List<String> names(boolean decayed) {
        return parameters.keySet().stream()
                .filter(name -> decays(name) == decayed)
                .toList();
    }

    static boolean decays(String parameter) {
        return !NO_DECAY.matcher(parameter.toLowerCase(Locale.ROOT)).find();
    }

    private static List<NDArray> pick(Map<String, NDArray> arrays, List<String> names) {
        var picked = new ArrayList<NDArray>();
        for (String name : names) {
            NDArray array = arrays.get(name);
            if (array == null) {
                throw new IllegalStateException("no array for parameter " + name);
            }
            picked.add(array);
        }
        return picked;
    }

    /** Everything that a resumed run needs, by name. */
    Map<String, NDArray> state() {
        var state = new LinkedHashMap<String, NDArray>();
        firstMoments.forEach((name, array) -> state.put("exp_avg." + name, array));
        secondMoments.forEach((name, array) -> state.put("exp_avg_sq." + name, array));
        steps.forEach((name, array) -> state.put("step." + name, array));
        return state;
    }
}
