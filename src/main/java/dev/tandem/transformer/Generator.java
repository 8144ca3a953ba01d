package dev.tandem.transformer;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Continues prompts with a model, all of them at once. Every step runs the whole texts again, which is simple, and fast
 * enough for a look at what a model says.
 */
public final class Generator implements AutoCloseable {

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
     * The tokens that follow each prompt, the end token left out. What follows a prompt depends on it, its place in the
     * list and the seed, never on the other prompts.
     *
     * @param prompts token ids, at least one each
     * @param eosId ends a text
     */
    public List<int[]> generate(List<int[]> prompts, int eosId, Sampling sampling) {
        List<Text> texts = new ArrayList<>();
        var seeds = new SplittableRandom(sampling.seed());
        for (int[] prompt : prompts) {
            texts.add(new Text(prompt, seeds.split()));
        }
        for (int step = 0; step < sampling.maxNewTokens(); step++) {
            List<Text> open = texts.stream()
                    .filter(text -> !text.ended && text.ids.length < contextLength())
                    .toList();
            if (open.isEmpty()) {
                break;
            }
            grow(open, eosId, sampling);
        }
        return texts.stream().map(Text::continuation).toList();
    }

    private void grow(List<Text> texts, int eosId, Sampling sampling) {
        try (NDManager scratch = manager.newSubManager()) {
            float[] logits = lastLogits(kernels.in(scratch), texts);
            int vocabulary = model.config().vocabSize();
            for (int i = 0; i < texts.size(); i++) {
                float[] own = Arrays.copyOfRange(logits, i * vocabulary, (i + 1) * vocabulary);
                Text text = texts.get(i);
                text.append(sampling.choose(own, text.random.nextDouble()), eosId);
            }
        }
    }

    /** Logits at the last token of each text: (texts, V), row by row. */
    private float[] lastLogits(Ops ops, List<Text> texts) {
        PackedTokens tokens = model.pack(
                ops, texts.stream().map(text -> TokenTree.sequence(text.ids)).toList());
        long[] last = new long[texts.size()];
        long end = 0;
        for (int i = 0; i < last.length; i++) {
            end += texts.get(i).ids.length;
            last[i] = end - 1;
        }
        NDArray hidden = model.decoder().hidden(ops, tokens, model.adapter()); // (N, C)
        NDArray states = ops.call("select", hidden, ops.manager().create(last));
        return model.head(ops).logits(ops, states).toFloatArray();
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
        private boolean ended;

        Text(int[] prompt, SplittableRandom random) {
            if (prompt.length == 0) {
                throw new IllegalArgumentException("a prompt must have at least one token");
            }
            this.promptLength = prompt.length;
            this.random = random;
            this.ids = prompt;
        }

        void append(int id, int eosId) {
            if (id == eosId) {
                ended = true;
            } else {
                ids = Arrays.copyOf(ids, ids.length + 1);
                ids[ids.length - 1] = id;
            }
        }

        int[] continuation() {
            return Arrays.copyOfRange(ids, promptLength, ids.length);
        }
    }
}
