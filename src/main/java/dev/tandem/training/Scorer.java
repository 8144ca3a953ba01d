package dev.tandem.training;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.InvalidCheckpoint;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.LoraAdapter;
import dev.tandem.transformer.ModelConfig;
import dev.tandem.transformer.Ops;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Per-token log-probabilities of rows under one model. */
public final class Scorer implements AutoCloseable {

    private final NDManager manager;
    private final Kernels kernels;
    private final LanguageModel model;

    private Scorer(NDManager manager, Kernels kernels, LanguageModel model) {
        this.manager = manager;
        this.kernels = kernels;
        this.model = model;
    }

    /**
     * @param adapter folder of an adapter; null for the model alone
     * @throws TrainingFailure if the model or the adapter cannot be used
     */
    public static Scorer open(Path folder, @Nullable Path adapter) {
        Learner.begin();
        NDManager manager = NDManager.newBaseManager("PyTorch");
        try {
            Kernels kernels = Kernels.load(manager);
            Ops ops = kernels.in(manager);
            LanguageModel model = LoadedModels.frozen(ops, ModelConfig.read(folder), folder);
            if (adapter != null) {
                LoraAdapter loaded =
                        LoraAdapter.load(ops, model.config(), model.decoder().weights(), adapter);
                model = new LanguageModel(model.decoder(), model.plainHead(), loaded);
            }
            return new Scorer(manager, kernels, model);
        } catch (InvalidCheckpoint e) {
            manager.close();
            throw new TrainingFailure(FailureKind.INVALID_MODEL, String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * A row's log-probabilities, one for each completion token that has a predecessor.
     *
     * @param rejectedLogps null for a demonstration
     */
    public record ScoredRow(TokenizedRow row, float[] chosenLogps, float @Nullable [] rejectedLogps) {}

    /** @throws TrainingFailure if a token is not in the model's vocabulary */
    public ScoredRow score(TokenizedRow row) {
        requireKnown(row.promptIds());
        requireKnown(row.chosenIds());
        requireKnown(Objects.requireNonNullElse(row.rejectedIds(), new int[0]));
        MicroBatch batch = MicroBatch.of(List.of(row), row.rejectedIds() != null);
        try (NDManager scratch = manager.newSubManager()) {
            Ops ops = kernels.in(scratch);
            float[] logps = model.logps(ops, model.pack(ops, batch.trees())).toFloatArray();
            int[] starts = batch.starts();
            return new ScoredRow(
                    row,
                    Arrays.copyOfRange(logps, starts[0], starts[1]),
                    starts.length > 2 ? Arrays.copyOfRange(logps, starts[1], starts[2]) : null);
        }
    }

    private void requireKnown(int[] ids) {
        for (int id : ids) {
            if (id >= model.config().vocabSize()) {
                throw new TrainingFailure(
                        FailureKind.INVALID_MODEL,
                        "the tokenizer gives id %d, but the model's vocabulary has %d entries; tokenizer.json and config.json are of different models"
                                .formatted(id, model.config().vocabSize()));
            }
        }
    }

    @Override
    public void close() {
        kernels.close();
        manager.close();
    }
}
