package dev.tandem.transformer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Continues prompts with a model, many of them at once. The prompts run once; every further step runs the one new token of
 * each text, which sees what ran before through a {@link KeyValueCache}.
 */
public final class Generator implements AutoCloseable {

    /** Texts that run side by side. */
    private static final int TEXTS_AT_ONCE = 32;

    private final NDManager manager;
    private final Kernels kernels;
    private final LanguageModel model;

    private Generator(NDManager manager, Kernels kernels, LanguageModel model) {
        this.manager = manager;
        this.kernels = kernels;
        this.model = model;
    }

    /**
     * @param adapter folder of an adapter; null for the model alone
     * @throws InvalidCheckpoint if the model or the adapter cannot be used
     */
    public static Generator open(Path folder, @Nullable Path adapter) {
        Engine.getEngine("PyTorch");
        JniUtils.setGradMode(false);
        NDManager manager = NDManager.newBaseManager("PyTorch");
        try {
            Kernels kernels = Kernels.load(manager);
            Ops ops = kernels.in(manager);
            ModelConfig config = ModelConfig.read(folder);
            var decoder = new Decoder(manager, config, Weights.load(ops, config, folder, true));
            LoraAdapter loaded = adapter == null ? null : LoraAdapter.load(ops, config, decoder.weights(), adapter);
            return new Generator(manager, kernels, new LanguageModel(decoder, new LmHead(decoder), loaded));
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    public int contextLength() {
        return model.config().contextLength();
    }

    /**
     * What follows a prompt.
     *
     * @param ids without the token that ended it
     * @param ended whether an end token ended it, rather than the limit or the context
     */
    public record Continuation(int[] ids, boolean ended) {}

    /**
     * What follows each prompt depends on it, its place in the list and the seed, never on the other prompts.
     *
     * @param prompts token ids, at least one each and fewer than the context has
     * @param endIds each ends a text
     */
    public List<Continuation> generate(List<int[]> prompts, Set<Integer> endIds, Sampling sampling) {
        List<Text> texts = new ArrayList<>();
        var seeds = new SplittableRandom(sampling.seed());
        for (int[] prompt : prompts) {
            requireFitting(prompt);
            texts.add(new Text(prompt, seeds.split()));
        }
        for (int start = 0; start < texts.size(); start += TEXTS_AT_ONCE) {
            complete(texts.subList(start, Math.min(start + TEXTS_AT_ONCE, texts.size())), endIds, sampling);
        }
        return texts.stream().map(Text::continuation).toList();
    }

    private void requireFitting(int[] prompt) {
        if (prompt.length == 0 || prompt.length >= contextLength()) {
            throw new IllegalArgumentException(
                    "a prompt must have from 1 to %d tokens, was %d".formatted(contextLength() - 1, prompt.length));
        }
    }

    private void complete(List<Text> texts, Set<Integer> endIds, Sampling sampling) {
        try (KeyValueCache cache = newCache(texts.size())) {
            for (int step = 0; step < sampling.maxNewTokens(); step++) {
                List<Integer> open = IntStream.range(0, texts.size())
                        .filter(i -> texts.get(i).isOpen(contextLength()))
                        .boxed()
                        .toList();
                if (open.isEmpty()) {
                    return;
                }
                grow(texts, open, cache, endIds, sampling);
            }
        }
    }

    private void grow(
            List<Text> texts, List<Integer> open, KeyValueCache cache, Set<Integer> endIds, Sampling sampling) {
        List<int[]> fresh = open.stream().map(i -> texts.get(i).fresh()).toList();
        float[][] logits = lastLogits(cache, open, fresh);
        for (int row = 0; row < open.size(); row++) {
            Text text = texts.get(open.get(row));
            text.append(sampling.choose(logits[row], text.random.nextDouble()), endIds);
        }
    }

    /**
     * Logits at the last token of each text: (texts, V).
     *
     * @param texts which texts of the cache go on
     * @param fresh the tokens of each that did not run yet
     */
    float[][] lastLogits(KeyValueCache cache, List<Integer> texts, List<int[]> fresh) {
        try (NDManager scratch = manager.newSubManager()) {
            Ops ops = kernels.in(scratch);
            PackedTokens tokens =
                    cache.next(scratch, texts, fresh, model.config().slidingWindow());
            NDArray hidden = model.decoder().hidden(ops, tokens, model.adapter(), cache); // (N, C)
            NDArray states = ops.call("select", hidden, tokens.predictors());
            float[] flat = model.head(ops).logits(ops, states).toFloatArray();
            int vocabulary = flat.length / texts.size();
            return IntStream.range(0, texts.size())
                    .mapToObj(row -> Arrays.copyOfRange(flat, row * vocabulary, (row + 1) * vocabulary))
                    .toArray(float[][]::new);
        }
    }

    KeyValueCache newCache(int texts) {
        return new KeyValueCache(manager, texts);
    }

    @Override
    public void close() {
        kernels.close();
        manager.close();
    }

    /** A prompt and what follows it so far. */
    private static final class Text {

        private final int promptLength;
        private final SplittableRandom random;
        private int[] ids;
        private int ran;
        private boolean ended;

        Text(int[] prompt, SplittableRandom random) {
            this.promptLength = prompt.length;
            this.random = random;
            this.ids = prompt;
        }

        boolean isOpen(int context) {
            return !ended && ids.length < context;
        }

        /** The tokens that did not run yet; they count as run from now on. */
        int[] fresh() {
            int[] fresh = Arrays.copyOfRange(ids, ran, ids.length);
            ran = ids.length;
            return fresh;
        }

        void append(int id, Set<Integer> endIds) {
            if (endIds.contains(id)) {
                ended = true;
            } else {
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = id;
            }
        }

        Continuation continuation() {
            return new Continuation(Arrays.copyOfRange(ids, promptLength, ids.length), ended);
        }
    }
}
