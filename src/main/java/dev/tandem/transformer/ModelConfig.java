package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_DTYPE;

import ai.djl.ndarray.types.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder-only language model is made of, read from its {@code config.json}: features, not families, so that the
 * forward pass never asks for a family's name.
 *
 * @param contextLength positions the model was made for
 * @param parallel whether attention and MLP both read the layer's input, instead of one after the other
 * @param layers what each layer does differently from others
 * @param slidingWindow how many keys back a query sees, itself included, in the layers that have a window; null if none has
 * @param biased linear modules with a bias, by the end of their path
 * @param tied whether the head shares the embedding's weights
 * @param frozenToken id whose embedding gets no gradient, as the padding token's in Transformers; null for none
 * @param dtype in which the checkpoint stores its weights
 * @param names where the tensors lie
 */
public record ModelConfig(
        String modelType,
        int vocabSize,
        int hiddenSize,
        int contextLength,
        Attention attention,
        Norm norm,
        double normEps,
        FeedForward mlp,
        Scales scales,
        boolean parallel,
        List<Layer> layers,
        @Nullable Integer slidingWindow,
        Set<String> biased,
        boolean tied,
        @Nullable Integer frozenToken,
        DataType dtype,
        TensorNames names) {

    /** Far beyond any model: a config must not make the reader itself run out of memory or of ints. */
    static final int MOST_LAYERS = 4096;

    private static final int MOST_FEATURES = 1 << 24;
    private static final int MOST_EXPERTS = 1 << 17;

    /**
     * @param softcap bound c of the scores, which become {@code c tanh(score / c)}; null for none
     * @param fused how the fused projection lays out its parts
     * @param normed what is normalised of queries and keys
     */
    public record Attention(
            int heads, int kvHeads, int headDim, @Nullable Double softcap, Fused fused, Normed normed) {}

    /** Queries, keys and values apart; or fused, all queries before all keys before all values; or fused head by head. */
    public enum Fused {
        NOT,
        BY_KIND,
        BY_HEAD
    }

    /** Nothing, each head on its own, or the whole projection. */
    public enum Normed {
        NOTHING,
        HEADS,
        PROJECTION
    }

    /** Root-mean-square, the same with a weight that is counted from 1, or with mean and bias. */
    public enum Norm {
        RMS,
        RMS_FROM_ONE,
        LAYER
    }

    /**
     * {@code down(act(gate(x)) * up(x))}, or without a gate {@code down(act(up(x)))}.
     *
     * @param fused whether gate and up are one projection
     * @param experts null in a dense model
     */
    public record FeedForward(
            int intermediateSize,
            Activation activation,
            boolean fused,
            @Nullable Experts experts) {}

    /**
     * Of each token, the router picks a few experts and weighs what they say.
     *
     * @param renormalized whether the weights of those that are picked sum to 1
     */
    public record Experts(int count, int perToken, int intermediateSize, boolean renormalized) {}

    /**
     * @param logits divides the logits
     * @param softcap bound c of the logits, which become {@code c tanh(logit / c)}; null for none
     */
    public record Scales(
            double embedding,
            double residual,
            double logits,
            @Nullable Double softcap) {

        static final Scales NONE = new Scales(1, 1, 1, null);
    }

    /**
     * @param rotary null where a layer has no rotary positions
     * @param attentionScale factor of the attention scores before the softmax
     * @param sparse whether experts stand in for the MLP
     */
    public record Layer(boolean windowed, @Nullable Rotary rotary, double attentionScale, boolean sparse) {}

    public ModelConfig {
        require(
                attention.heads % attention.kvHeads == 0,
                "num_attention_heads (%d) must be a multiple of num_key_value_heads (%d)"
                        .formatted(attention.heads, attention.kvHeads));
        requireFeatures("hidden size", hiddenSize);
        requireFeatures("intermediate size", mlp.intermediateSize);
        if (mlp.experts != null) {
            requireFeatures("intermediate size of an expert", mlp.experts.intermediateSize);
            require(
                    (long) mlp.experts.count * layers.size() <= MOST_EXPERTS,
                    "a model must have at most %d experts in all its layers, was %d in each of %d"
                            .formatted(MOST_EXPERTS, mlp.experts.count, layers.size()));
            require(
                    mlp.experts.perToken <= mlp.experts.count,
                    "num_experts_per_tok must be at most the number of experts (%d), was %d"
                            .formatted(mlp.experts.count, mlp.experts.perToken));
        }
    }

    /**
     * Reads {@code config.json} of a checkpoint folder, as Transformers 4 or 5 wrote it.
     *
     * @throws InvalidCheckpoint naming the field that is missing, wrong or not supported
     */
    public static ModelConfig read(Path checkpoint) {
        return Families.read(ConfigJson.read(checkpoint.resolve("config.json")));
    }

    static void requireHeads(int heads, int headDim) {
        require(
                headDim >= 1 && (long) heads * headDim <= MOST_FEATURES,
                "%d attention heads of size %d (hidden size / heads unless head_dim says so) must have from 1 to %d features each and together"
                        .formatted(heads, headDim, MOST_FEATURES));
    }

    static void requireLayers(int layers) {
        require(layers <= MOST_LAYERS, "a model must have at most %d layers, was %d".formatted(MOST_LAYERS, layers));
    }

    private static void requireFeatures(String what, int features) {
        require(
                features <= MOST_FEATURES,
                "the %s must be at most %d, was %d".formatted(what, MOST_FEATURES, features));
    }

    static void require(boolean holds, String message) {
        if (!holds) {
            throw new InvalidCheckpoint(INVALID_VALUE, "config.json: " + message);
        }
    }

    /** Whether positions have a table of their own, which ends at the context length. */
    public boolean learnsPositions() {
        return names.positions() != null;
    }

    /**
     * Tokens that a row may have: learned positions end where their table ends, whatever is asked for.
     *
     * @param asked null for no limit
     */
    public @Nullable Integer maxLength(@Nullable Integer asked) {
        return learnsPositions()
                ? Integer.valueOf(asked == null ? contextLength : Math.min(asked, contextLength))
                : asked;
    }

    boolean hasBias(String linear) {
        return biased.stream().anyMatch(linear::endsWith);
    }

    /** Whether what a sequence is given depends on the longest one beside it, as in Transformers. */
    public boolean dependsOnBatch() {
        return layers.stream()
                .map(Layer::rotary)
                .anyMatch(rotary -> rotary != null && rotary.scaling().goesByLength());
    }

    /** Whether the training loss has a part that keeps the experts evenly used. */
    public boolean routes() {
        return mlp.experts != null && layers.stream().anyMatch(Layer::sparse);
    }

    Experts experts() {
        return Objects.requireNonNull(mlp.experts, "experts of a model that has none");
    }

    static DataType dtype(ConfigJson config) {
        String name = config.has("dtype") ? config.text("dtype", "") : config.text("torch_dtype", "float32");
        return switch (name) {
            case "float32" -> DataType.FLOAT32;
            case "bfloat16" -> DataType.BFLOAT16;
            case "float16" -> DataType.FLOAT16;
            case "float64" -> DataType.FLOAT64;
            default ->
                throw new InvalidCheckpoint(
                        UNSUPPORTED_DTYPE,
                        "%s has dtype = %s, which is not supported; supported are float32, bfloat16, float16, float64"
                                .formatted(config.file(), name));
        };
    }
}
