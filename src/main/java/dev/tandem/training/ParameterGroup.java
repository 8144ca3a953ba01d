package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.tandem.spec.TrainingSpec;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Parameters that decay alike. */
record ParameterGroup(double weightDecay, Map<String, NDArray> parameters) {

    /**
     * Transformers' {@code get_decay_parameter_names}: nothing of a {@code torch.nn.LayerNorm}, and no name that says
     * bias or norm. The only LayerNorms whose names do not say so are GPT-2's {@code ln_1}, {@code ln_2}, {@code ln_f}.
     */
    private static final Pattern NO_DECAY =
            Pattern.compile("bias|layernorm|rmsnorm|(^|\\.)norm($|\\.)|_norm($|\\.)|(^|\\.)ln_[12f]\\.");

    /** Those that decay and those that do not; a group without parameters is left out. */
    static List<ParameterGroup> of(TrainingSpec spec, Map<String, NDArray> parameters) {
        var decaying = new LinkedHashMap<String, NDArray>();
        var others = new LinkedHashMap<String, NDArray>();
        parameters.forEach((name, parameter) -> (decays(name) ? decaying : others).put(name, parameter));
        var groups = new ArrayList<ParameterGroup>();
        groups.add(new ParameterGroup(spec.weightDecay(), decaying));
        groups.add(new ParameterGroup(0, others));
        groups.removeIf(group -> group.parameters().isEmpty());
        return groups;
    }

    static boolean decays(String parameter) {
        return !NO_DECAY.matcher(parameter.toLowerCase(Locale.ROOT)).find();
    }

    /** The group's own, from arrays by parameter, in the group's order. */
    List<NDArray> pick(Map<String, NDArray> arrays) {
        var picked = new ArrayList<NDArray>();
        for (String name : parameters.keySet()) {
            NDArray array = arrays.get(name);
            if (array == null) {
                throw new IllegalStateException("no array for parameter " + name);
            }
            picked.add(array);
        }
        return picked;
    }

    /** An array of zeros for each parameter of all groups, by the parameter's name. */
    static Map<String, NDArray> zeros(NDManager manager, List<ParameterGroup> groups) {
        var zeros = new LinkedHashMap<String, NDArray>();
        for (ParameterGroup group : groups) {
            group.parameters()
                    .forEach((name, parameter) ->
                            zeros.put(name, manager.zeros(parameter.getShape(), DataType.FLOAT32)));
        }
        return zeros;
    }
}
