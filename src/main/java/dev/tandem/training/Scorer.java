package dev.tandem.training;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.ModelSource;
import dev.tandem.spec.ScoringModels;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.InvalidCheckpoint;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.LoraAdapter;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.TokenTree;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Per-token log-probabilities of completions under a model and, if there is one, its reference. Two adapters of one
 * checkpoint share its weights.
 */
public final class Scorer implements AutoCloseable {

    /** The mask of one pass grows with the square of its tokens, so many completions take many passes. */
    private static final int TOKENS_AT_ONCE = 4096;

    private final NDManager manager;
    private final Kernels kernels;
    private final LanguageModel policy;
    private final @Nullable LanguageModel reference;

    private Scorer(NDManager manager, Kernels kernels, LanguageModel policy, @Nullable LanguageModel reference) {
        this.manager = manager;
        this.kernels = kernels;
        this.policy = policy;
        this.reference = reference;
    }

    /** @throws TrainingFailure if a model or an adapter cannot be used */
    public static Scorer open(ScoringModels models) {
        Learner.begin();
        NDManager manager = NDManager.newBaseManager("PyTorch");
        try {
            Kernels kernels = Kernels.load(manager);
            Ops ops = kernels.in(manager);
            LanguageModel policy = load(ops, models.policy(), null);
            ModelSource other = models.reference();
            boolean shared =
                    other != null && other.folder().equals(models.policy().folder());
            LanguageModel reference = other == null ? null : load(ops, other, shared ? policy : null);
            requireSameVocabulary(policy, reference);
            return new Scorer(manager, kernels, policy, reference);
        } catch (InvalidCheckpoint e) {
            manager.close();
            throw new TrainingFailure(FailureKind.INVALID_MODEL, String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    private static LanguageModel load(Ops ops, ModelSource source, @Nullable LanguageModel sameWeights) {
        Path folder = Path.of(source.folder());
        LanguageModel model =
                sameWeights == null ? LoadedModels.frozen(ops, ModelConfig.read(folder), folder) : sameWeights;
        String adapter = source.adapter();
        LoraAdapter loaded = adapter == null
                ? null
                : LoraAdapter.load(ops, model.config(), model.decoder().weights(), Path.of(adapter));
        return new LanguageModel(model.decoder(), model.plainHead(), loaded);
    }

    private static void requireSameVocabulary(LanguageModel policy, @Nullable LanguageModel reference) {
        int size = policy.config().vocabSize();
        if (reference != null && reference.config().vocabSize() != size) {
            throw new TrainingFailure(
                    FailureKind.INVALID_MODEL,
                    "the reference must have the model's vocabulary of %d tokens, was %d; name the model that this one was trained from"
                            .formatted(size, reference.config().vocabSize()));
        }
    }

    /** Positions that the models were made for. */
    public int contextLength() {
        int own = policy.config().contextLength();
        return reference == null ? own : Math.min(own, reference.config().contextLength());
    }

    /**
     * A row's log-probabilities, one for each completion token that has a predecessor.
     *
     * @param rejected null for a demonstration
     */
    public record ScoredRow(
            TokenizedRow row, Logps chosen, @Nullable Logps rejected) {}

    /** @throws TrainingFailure if a token is not in the model's vocabulary */
    public ScoredRow score(TokenizedRow row) {
        int[] rejected = row.rejectedIds();
        int[] rejectedPrompt = row.rejectedPromptIds();
        if (rejected != null && rejectedPrompt != null) {
            Logps chosen = score(row.promptIds(), List.of(row.chosenIds())).getFirst();
            return new ScoredRow(
                    row, chosen, score(rejectedPrompt, List.of(rejected)).getFirst());
        }
        List<int[]> completions = rejected == null ? List.of(row.chosenIds()) : List.of(row.chosenIds(), rejected);
        List<Logps> logps = score(row.promptIds(), completions);
        return new ScoredRow(row, logps.getFirst(), rejected == null ? null : logps.get(1));
    }

    /** @throws TrainingFailure if a token is not in the model's vocabulary */
    public List<Logps> score(int[] prompt, List<int[]> completions) {
        requireKnown(prompt);
        completions.forEach(this::requireKnown);
        var all = new ArrayList<Logps>();
        for (int start = 0, end; start < completions.size(); start = end) {
            int tokens = prompt.length + completions.get(start).length;
            for (end = start + 1; end < completions.size(); end++) {
                tokens += completions.get(end).length;
                if (tokens > TOKENS_AT_ONCE) {
                    break;
                }
            }
            all.addAll(pass(new TokenTree(prompt, completions.subList(start, end))));
        }
        return all;
    }

    private List<Logps> pass(TokenTree tree) {
        try (NDManager scratch = manager.newSubManager()) {
            Ops ops = kernels.in(scratch);
            float[] own = logps(ops, policy, tree);
            float[] others = reference == null ? null : logps(ops, reference, tree);
            var parts = new ArrayList<Logps>();
            int start = 0;
            for (int branch = 0; branch < tree.branches().size(); branch++) {
                int end = start + tree.predicted(branch);
                parts.add(new Logps(
                        Arrays.copyOfRange(own, start, end),
                        others == null ? null : Arrays.copyOfRange(others, start, end)));
                start = end;
            }
            return parts;
        }
    }

    private static float[] logps(Ops ops, LanguageModel model, TokenTree tree) {
        boolean nothing = IntStream.range(0, tree.branches().size()).allMatch(branch -> tree.predicted(branch) == 0);
        return nothing
                ? new float[0]
                : model.logps(ops, model.pack(ops, List.of(tree))).toFloatArray();
    }

    private void requireKnown(int[] ids) {
        for (int id : ids) {
            if (id >= policy.config().vocabSize()) {
                throw new TrainingFailure(
                        FailureKind.INVALID_MODEL,
                        "the tokenizer gives id %d, but the model's vocabulary has %d entries; tokenizer.json and config.json are of different models"
                                .formatted(id, policy.config().vocabSize()));
            }
        }
    }

    @Override
    public void close() {
        kernels.close();
        manager.close();
    }
}
