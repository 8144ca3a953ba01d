package dev.tandem.training;

import ai.djl.ndarray.NDManager;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.LanguageModel;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.PackedTokens;
import java.io.IOException;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A reference that stays as it is: each row runs through it once, alone, so that its numbers do not depend on the rows
 * beside it, and is known from then on. The model is not loaded before a row is missing.
 */
final class CachedReference implements Reference {

    private final ReferenceCache cache;
    private final Function<Ops, LanguageModel> loader;
    private final NDManager manager;
    private final Kernels kernels;
    private final Consumer<String> warning;
    private boolean warned;
    private int computed;
    private @Nullable LanguageModel model;
    private @Nullable NDManager weights;

    /**
     * @param loader loads the model into the manager of the operations that it is given
     * @param manager parent of everything native here
     * @param warning hears once that numbers cannot be kept for other runs
     */
    CachedReference(
            ReferenceCache cache,
            Function<Ops, LanguageModel> loader,
            NDManager manager,
            Kernels kernels,
            Consumer<String> warning) {
        this.cache = cache;
        this.loader = loader;
        this.manager = manager;
        this.kernels = kernels;
        this.warning = warning;
    }

    @Override
    public Numbers logps(Ops ops, MicroBatch batch, PackedTokens tokens) {
        var logps = new float[batch.predictions()];
        int start = 0;
        int before = computed;
        for (TokenizedRow row : batch.rows()) {
            float[] own = logps(row);
            System.arraycopy(own, 0, logps, start, own.length);
            start += own.length;
        }
        return new Numbers(ops.manager().create(logps), computed - before);
    }

    /** How many of the rows need no model. */
    int known(List<TokenizedRow> rows) {
        return Math.toIntExact(
                rows.stream().filter(row -> cache.find(row) != null).count());
    }

    /**
     * Computes what is missing and lets go of the model.
     *
     * @param goesOn asked after every row
     * @return whether it came to the end
     */
    boolean fill(List<TokenizedRow> rows, BooleanSupplier goesOn) {
        for (TokenizedRow row : rows) {
            logps(row);
            if (!goesOn.getAsBoolean()) {
                return false;
            }
        }
        keep();
        release();
        return true;
    }

    @Override
    public void keep() {
        try {
            cache.sync();
        } catch (IOException e) {
            warn(e);
        }
    }

    private float[] logps(TokenizedRow row) {
        float[] known = cache.find(row);
        if (known != null) {
            return known;
        }
        float[] logps = compute(row);
        computed++;
        try {
            cache.put(row, logps);
        } catch (IOException e) {
            warn(e);
        }
        return logps;
    }

    private float[] compute(TokenizedRow row) {
        MicroBatch alone = MicroBatch.of(List.of(row), true);
        try (NDManager scratch = manager.newSubManager()) {
            Ops ops = kernels.in(scratch);
            LanguageModel reference = model();
            return reference.logps(ops, reference.pack(ops, alone.trees())).toFloatArray();
        }
    }

    private LanguageModel model() {
        if (model == null) {
            weights = manager.newSubManager();
            model = loader.apply(kernels.in(weights));
        }
        return model;
    }

    private void warn(IOException e) {
        if (!warned) {
            warned = true;
            warning.accept("reference log-probabilities cannot be kept for other runs, training goes on: " + e);
        }
    }

    private void release() {
        model = null;
        if (weights != null) {
            weights.close();
            weights = null;
        }
    }

    @Override
    public void close() throws IOException {
        release();
        cache.close();
    }
}
