package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.OptimArgs;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.transformer.Ops;
import java.util.Map;

/** Moves the parameters of a policy, in place. */
sealed interface Optimizer permits AdamW, RmsProp, Sgd {

    /**
     * @param gradients by parameter; may be changed, since the step uses them up
     * @param first whether no step was done before
     */
    void step(Ops ops, Map<String, NDArray> gradients, double learningRate, boolean first);

    /** Everything that a resumed run needs, by name. */
    Map<String, NDArray> state();

    /** @param manager owns the state */
    static Optimizer of(NDManager manager, TrainingSpec spec, Map<String, NDArray> parameters) {
        return switch (spec.optim()) {
            case ADAMW_TORCH, ADAMW_TORCH_FUSED -> new AdamW(manager, spec, parameters);
            case RMSPROP -> new RmsProp(manager, OptimArgs.of(spec), ParameterGroup.of(spec, parameters));
            case SGD -> new Sgd(manager, OptimArgs.of(spec), ParameterGroup.of(spec, parameters));
        };
    }
}
