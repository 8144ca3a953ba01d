package dev.tandem.training;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.LoraSpec;
import dev.tandem.spec.Method;
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
import org.jspecify.annotations.Nullable;

/**
 * The policy and its reference. In full fine-tuning the reference is a second, frozen copy of the weights, which stays
 * in the mapped file. With an adapter there is one copy: the reference is the model without the adapter, or with the
 * adapter that the run started from, frozen.
 */
record LoadedModels(Policy policy, @Nullable LanguageModel reference) {

    private static final List<String> EXPERT_FREE = List.of("q_proj", "k_proj", "v_proj", "o_proj");

    static LoadedModels load(Ops ops, TrainingRun run) {
        ModelConfig config = ModelConfig.read(run.model());
        boolean adapted = run.lora() != null || run.adapter() != null;
        Decoder decoder = decoder(ops, config, run.model(), adapted);
        var head = new LmHead(decoder);
        if (!adapted) {
            var model = new LanguageModel(decoder, head, null);
            var policy = new Policy(ops.manager(), model, decoder.weights().all());
            return new LoadedModels(policy, run.method() == Method.DPO ? frozen(ops, config, run.model()) : null);
        }
        LoraAdapter start = run.adapter() != null ? LoraAdapter.load(ops, config, run.adapter()) : null;
        LoraAdapter adapter = start != null
                ? continued(ops, run, config)
                : LoraAdapter.create(
                        ops.manager(), config, lora(run, config), run.spec().seed());
        var policy = new Policy(ops.manager(), new LanguageModel(decoder, head, adapter), adapter.tensors());
        return new LoadedModels(policy, run.method() == Method.DPO ? new LanguageModel(decoder, head, start) : null);
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
        Decoder decoder = decoder(ops, config, folder, true);
        return new LanguageModel(decoder, new LmHead(decoder), null);
    }

    private static Decoder decoder(Ops ops, ModelConfig config, Path folder, boolean frozen) {
        NDManager manager = ops.manager();
        return new Decoder(manager, config, Weights.load(ops, config, folder, frozen));
    }

    private static LoraConfig lora(TrainingRun run, ModelConfig config) {
        LoraSpec lora = Optional.ofNullable(run.lora()).orElseThrow();
        List<String> asked = lora.targetModules();
        List<String> targets = asked == null ? config.defaultLoraTargets() : asked;
        requireTargets(targets, config);
        return new LoraConfig(
                lora.r(), lora.loraAlpha(), targets, String.valueOf(run.model().getFileName()));
    }

    private static void requireTargets(List<String> targets, ModelConfig config) {
        if (targets.isEmpty()) {
            throw new TrainingFailure(
                    FailureKind.INVALID_SPEC,
                    "lora.target_modules must be named for a %s model, of which PEFT knows no default; name some, or all-linear"
                            .formatted(config.modelType()));
        }
        // PEFT adapts experts and routers as parameters of their own shape when these or all-linear are named.
        if (config.routes() && !EXPERT_FREE.containsAll(targets)) {
            throw new TrainingFailure(
                    FailureKind.INVALID_SPEC,
                    "lora.target_modules must be among %s in a model with experts, whose experts and routers cannot be adapted, was %s"
                            .formatted(EXPERT_FREE, targets));
        }
    }
}
