package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.LmHead;
import dev.tandem.transformer.LoraAdapter;
import dev.tandem.transformer.Ops;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The model that is trained and the parameters that move: all of them, or an adapter's. Autograd keeps every gradient
 * but the head's, which is known in closed form.
 */
final class Policy {

    private final LanguageModel model;
    private final Map<String, NDArray> parameters;
    private final @Nullable String headName; // null where the head stays as it is
    /** Of a trained head that is nothing else; a tied one adds to the embedding's gradient. */
    private final @Nullable NDArray headGradient; // (V, C)

    Policy(NDManager manager, LanguageModel model, Map<String, NDArray> parameters) {
        this.model = model;
        this.parameters = parameters;
        LoraAdapter adapter = model.adapter();
        this.headName = adapter == null ? LmHead.weightName(model.config()) : adapter.headParameter();
        boolean shared = adapter == null ? model.config().tied() : adapter.sharesHead();
        NDArray head = headName == null ? null : parameters.get(headName);
        this.headGradient = head == null || shared ? null : manager.zeros(head.getShape(), DataType.FLOAT32);
        parameters.forEach((name, parameter) -> parameter.setRequiresGradient(!isHeadApart(name)));
    }

    LanguageModel model() {
        return model;
    }

    Map<String, NDArray> parameters() {
        return parameters;
    }

    /** Whether the head's weight is a parameter. */
    boolean trainsHead() {
        return headName != null;
    }

    /** Whether the head's weight follows from an adapter's parameters. */
    boolean adaptsHead() {
        return model.adapter() != null && model.adapter().adaptsHead();
    }

    /** Where the head's gradient is gathered; with a tied head only after a backward pass. */
    NDArray headGradient(NDManager manager) {
        if (headName == null) {
            throw new IllegalStateException("the head is not trained");
        }
        return headGradient != null ? headGradient : gradient(manager, headName);
    }

    /** Of each parameter, in place: changing one changes what the next backward pass adds to. */
    Map<String, NDArray> gradients(NDManager manager) {
        var gradients = new LinkedHashMap<String, NDArray>();
        for (String name : parameters.keySet()) {
            gradients.put(name, isHeadApart(name) ? headGradient(manager) : gradient(manager, name));
        }
        return gradients;
    }

    void clearGradients(Ops ops, Map<String, NDArray> gradients) {
        List<NDArray> all = new ArrayList<>(gradients.values());
        ops.callOnLists("zero", List.of(all)).close();
    }

    private boolean isHeadApart(String name) {
        return headGradient != null && name.equals(headName);
    }

    private NDArray gradient(NDManager manager, String name) {
        NDArray parameter = parameters.get(name);
        if (parameter == null) {
            throw new IllegalStateException("%s is not trained".formatted(name));
        }
        NDArray gradient = parameter.getGradient();
        gradient.attach(manager); // DJL hands it to the parameter's manager, where it would pile up
        return gradient;
    }
}
