package dev.tandem.training;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.transformer.Decoder;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.LmHead;
import dev.tandem.transformer.LoraAdapter;
import dev.tandem.transformer.LoraConfig;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.Weights;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * The policy and its reference. In full fine-tuning the reference is a second, frozen copy of the weights, which stays
 * in the mapped file unless it follows the policy. With an adapter there is one copy: the reference is the model without the adapter, or with the
 * adapter that the run started from, frozen.
 *
 * @param reference loads the reference when it is needed, into the manager of the operations that it is given
 */
record LoadedModels(Policy policy, Function<Ops, LanguageModel> reference) {

    static LoadedModels load(Ops ops, TrainingRun run) {
        ModelConfig config = ModelConfig.read(run.model());
        boolean adapted = run.lora() != null || run.adapter() != null;
        Decoder decoder = decoder(ops, config, run.model(), adapted);
        var head = new LmHead(decoder);
        if (!adapted) {
            var model = new LanguageModel(decoder, head, null);
            var policy = new Policy(ops.manager(), model, decoder.weights().all());
            boolean moves = run.spec().syncRefModel();
            return new LoadedModels(policy, into -> forwardOnly(into, config, run.model(), !moves));
        }
        LoraAdapter adapter = run.adapter() != null
                ? continued(ops, run, config)
                : LoraAdapter.create(
                        ops.manager(), config, lora(run, config), run.spec().seed());
        var policy = new Policy(ops.manager(), new LanguageModel(decoder, head, adapter), adapter.tensors());
        LoraAdapter start = run.adapter() != null ? LoraAdapter.load(ops, config, run.adapter()) : null;
        return new LoadedModels(policy, into -> new LanguageModel(decoder, head, start));
    }

    /** An adapter brings its own shape; one that is asked for besides may only say the same. */
    private static LoraAdapter continued(Ops ops, TrainingRun run, ModelConfig config) {
        LoraAdapter adapter = LoraAdapter.load(ops, config, Objects.requireNonNull(run.adapter()));
        if (run.lora() != null && !lora(run, config).sameAs(adapter.config(), config)) {
            throw new TrainingFailure(
                    FailureKind.INVALID_SPEC,
                    "lora differs from the adapter that the run starts from, which has r = %d, lora_alpha = %s, target_modules = %s; leave lora out"
                            .formatted(
                                    adapter.config().r(),
                                    adapter.config().alpha(),
                                    adapter.config().targets()));
        }
        return adapter;
    }

    /** A model that only runs forward. */
    static LanguageModel frozen(Ops ops, ModelConfig config, Path folder) {
        return forwardOnly(ops, config, folder, true);
    }

    private static LanguageModel forwardOnly(Ops ops, ModelConfig config, Path folder, boolean frozen) {
        Decoder decoder = decoder(ops, config, folder, frozen);
        return new LanguageModel(decoder, new LmHead(decoder), null);
    }

    private static Decoder decoder(Ops ops, ModelConfig config, Path folder, boolean frozen) {
        NDManager manager = ops.manager();
        return new Decoder(manager, config, Weights.load(ops, config, folder, frozen));
    }

    private static LoraConfig lora(TrainingRun run, ModelConfig config) {
        LoraSpec lora = Optional.ofNullable(run.lora()).orElseThrow();
        List<String> targets = lora.targetModules();
        return new LoraConfig(
                lora.r(),
                lora.loraAlpha(),
                targets == null ? config.defaultLoraTargets() : targets,
                String.valueOf(run.model().getFileName()));
    }
}
