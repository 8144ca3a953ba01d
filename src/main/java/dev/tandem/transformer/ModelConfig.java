package dev.tandem.transformer;

import static dev.tandem.transformer.InvalidCheckpoint.Rule.INVALID_VALUE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_DTYPE;
import static dev.tandem.transformer.InvalidCheckpoint.Rule.UNSUPPORTED_OPTION;

import ai.djl.ndarray.types.DataType;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a decoder-only language model is made of, read from its {@code config.json}: features, not families, so that the
 * forward pass never asks for a family's name.
 *
 * @param contextLength positions the model was made for
 * @param norm kind and place of the normalisation layers
 * @param mlp shape of the feed-forward part
 * @param rotary rotary position embedding; null where positions are learned
 * @param attentionScale factor of the attention scores before the softmax
 * @param slidingWindow how many keys back a query sees, itself included; null for all
 * @param biased linear modules with a bias, by the end of their path
 * @param tied whether the head shares the embedding's weights
 * @param dtype in which the checkpoint stores its weights
 * @param names where the tensors lie
 */
public record ModelConfig(
        String modelType,
        int vocabSize,
        int hiddenSize,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int intermediateSize,
        int contextLength,
        Norm norm,
        double normEps,
        Mlp mlp,
        Activation activation,
        @Nullable Rotary rotary,
        double attentionScale,
        @Nullable Integer slidingWindow,
        Set<String> biased,
        boolean tied,
        DataType dtype,
        TensorNames names) {

    /** Far beyond any model: a config must not make the reader itself run out of memory or of ints. */
    private static final int MOST_LAYERS = 4096;

    private static final int MOST_FEATURES = 1 << 24;

    /** Root-mean-square, or with mean and bias. */
    public enum Norm {
        RMS,
        LAYER
    }

    /** {@code down(act(gate(x)) * up(x))}, or {@code down(act(up(x)))}. */
    public enum Mlp {
        GATED,
        PLAIN
    }

    /** The activation, with the name of its kernel. */
    public enum Activation {
        SILU("silu"),
        GELU("gelu"),
        GELU_TANH("gelu_tanh"),
        RELU("relu");

        private final String kernel;

        Activation(String kernel) {
            this.kernel = kernel;
        }

        String kernel() {
            return kernel;
        }

        static Activation of(ConfigJson config, String field, String fallback) {
            String name = config.text(field, fallback);
            return switch (name) {
                case "silu", "swish" -> SILU;
                case "gelu" -> GELU;
                case "gelu_new", "gelu_pytorch_tanh", "gelu_fast" -> GELU_TANH;
                case "relu" -> RELU;
                default ->
                    throw new InvalidCheckpoint(
                            UNSUPPORTED_OPTION,
                            "%s has %s = %s, which is not supported; supported are silu, gelu, gelu_new, gelu_pytorch_tanh, relu"
                                    .formatted(config.file(), field, name));
            };
        }
    }

    public ModelConfig {
        require(
                heads % kvHeads == 0,
                "num_attention_heads (%d) must be a multiple of num_key_value_heads (%d)".formatted(heads, kvHeads));
        require(layers <= MOST_LAYERS, "a model must have at most %d layers, was %d".formatted(MOST_LAYERS, layers));
        require(
                hiddenSize <= MOST_FEATURES && intermediateSize <= MOST_FEATURES,
                "hidden and intermediate size must be at most %d, were %d and %d"
                        .formatted(MOST_FEATURES, hiddenSize, intermediateSize));
        requireHeads(heads, headDim);
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

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new InvalidCheckpoint(INVALID_VALUE, "config.json: " + message);
        }
    }

    /** Modules that PEFT adapts in this family when none are named. */
    public List<String> defaultLoraTargets() {
        return names.loraTargets();
    }

    boolean hasBias(String linear) {
        return biased.stream().anyMatch(linear::endsWith);
    }

    static DataType dtype(ConfigJson config) {
        String name = config.has("dtype") ? config.text("dtype", "") : config.text("torch_dtype", "float32");
        return switch (name) {
            case "float32" -> DataType.FLOAT32;
            case "bfloat16" -> DataType.BFLOAT16;
            case "float16" -> DataType.FLOAT16;
            default ->
                throw new InvalidCheckpoint(
                        UNSUPPORTED_DTYPE,
                        "%s has dtype = %s, which is not supported; supported are float32, bfloat16, float16"
                                .formatted(config.file(), name));
        };
    }
}
