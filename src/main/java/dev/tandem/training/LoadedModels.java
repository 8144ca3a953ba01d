package dev.tandem.training;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Form;
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
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The policy and its reference. In full fine-tuning the reference is a second, frozen copy of the weights, which stays
 * in the mapped file unless it follows the policy. With an adapter there is one copy: the reference is the model without
 * the adapter, or with the adapter that the run started from, frozen. Biases that train beside an adapter are the
 * exception: PEFT trains them in place, so they are the reference's too.
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
                ? continued(ops, run, decoder)
                : LoraAdapter.create(
                        ops, config, decoder.weights(), lora(run), run.spec().seed());
        LoraAdapter trained = dropping(ops, run, adapter);
        var policy = new Policy(ops.manager(), new LanguageModel(decoder, head, trained), trained.parameters());
        return new LoadedModels(policy, into -> {
            LoraAdapter start = run.adapter() == null
                    ? null
                    : dropping(into, run, LoraAdapter.load(into, config, decoder.weights(), run.adapter()));
            return new LanguageModel(decoder, head, computedAhead(run) ? start : withTrainedBiases(start, trained));
        });
    }

    /** A reference that is computed ahead says what it said before anything moved, in a resumed run too. */
    private static boolean computedAhead(TrainingRun run) {
        return run.spec().precomputeRefLogProbs();
    }

    private static LoraAdapter withTrainedBiases(@Nullable LoraAdapter start, LoraAdapter trained) {
        return start == null ? trained.off() : start.withBiasesOf(trained);
    }

    /** An adapter brings its own shape; one that is asked for besides may only say the same. */
    private static LoraAdapter continued(Ops ops, TrainingRun run, Decoder decoder) {
        LoraAdapter adapter =
                LoraAdapter.load(ops, decoder.config(), decoder.weights(), Objects.requireNonNull(run.adapter()));
        if (run.lora() != null && !adapter.isLike(lora(run))) {
            throw new TrainingFailure(
                    FailureKind.INVALID_SPEC,
                    "lora differs from the adapter that the run starts from, which has %s; leave lora out"
                            .formatted(adapter.summary()));
        }
        return adapter;
    }

    private static LoraAdapter dropping(Ops ops, TrainingRun run, LoraAdapter adapter) {
        return run.spec().disableDropout() ? adapter : adapter.withDropout(ops);
    }

    /** Whether what the reference says of a row changes, from step to step or with the rows beside it. */
    boolean referenceMoves(TrainingRun run) {
        LoraAdapter adapter = policy.model().adapter();
        if (policy.model().config().dependsOnBatch()) {
            return true;
        }
        if (adapter == null || computedAhead(run)) {
            return run.spec().syncRefModel();
        }
        boolean drops = run.adapter() != null
                && !run.spec().disableDropout()
                && adapter.config().dropout() > 0;
        return adapter.trainsBiases() || drops;
    }

    /** Whether the first step finds policy and reference the same. */
    boolean beginAlike(TrainingRun run) {
        LoraAdapter adapter = policy.model().adapter();
        return adapter == null
                || (run.adapter() != null || adapter.beginsNeutral())
                        && (run.spec().disableDropout() || adapter.config().dropout() == 0);
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

    private static LoraConfig lora(TrainingRun run) {
        return LoraConfig.of(Form.write(Objects.requireNonNull(run.lora())));
    }
}
