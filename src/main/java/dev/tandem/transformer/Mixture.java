package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import dev.tandem.transformer.Decoder.Pass;
import dev.tandem.transformer.ModelConfig.Experts;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A mixture of experts (arXiv:2101.03961): the router weighs all experts of a token, the likeliest few run. Tokens are
 * sorted by expert, so each expert's matrices are used once for all that go to it; nothing is added up in an order that
 * could differ from run to run.
 */
final class Mixture {

    private final Experts config;
    private final TensorNames.Experts names;
    private final NDArray picked;
    private final NDArray renormalized;
    private final NDArray activation;

    Mixture(NDManager manager, ModelConfig model) {
        this.config = model.experts();
        this.names = model.names().ofExperts();
        this.picked = Ops.constant(manager, config.perToken());
        this.renormalized = Ops.constant(manager, config.renormalized() ? 1 : 0);
        this.activation = Ops.constant(manager, model.mlp().activation().ordinal());
    }

    /** (N, C) to (N, C). */
    NDArray apply(Pass pass, String path, NDArray x) {
        NDList route = pass.ops.callAll("route", x, pass.weight(path + names.router()), picked, renormalized);
        NDArray weights = route.get(0); // (N, picked)
        NDArray picks = route.get(1);
        pass.routing.add(route.get(2), picks);
        var parameters = List.of(
                experts(pass, path, names.gate()), experts(pass, path, names.up()), experts(pass, path, names.down()));
        return pass.ops.callOnLists("experts", parameters, x, weights, picks, activation);
    }

    private List<NDArray> experts(Pass pass, String path, String module) {
        return IntStream.range(0, config.count())
                .mapToObj(i -> pass.weight(path + names.expert().formatted(i) + module))
                .toList();
    }
}
