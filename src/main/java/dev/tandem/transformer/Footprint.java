package dev.tandem.transformer;

import ai.djl.ndarray.types.Shape;
import dev.tandem.transformer.LoraModules.Target;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * What training a model takes of memory, in numbers of four bytes, told from its configs alone: no weight is read and no
 * native library is touched. Pass sizes are counted in places: tokens with the padding of shorter rows.
 *
 * @param parameters of the model
 * @param trained parameters that move, an adapter's if there is one
 * @param adapted whether an adapter is trained
 * @param trainsHead whether the head's weight is a parameter
 * @param declaredOnly whether rows must run together as they are declared: dropout is drawn for a micro-batch, and some
 *     positions depend on it
 * @param layers that the model has
 * @param hidden size of the residual stream
 * @param kept per place, what all layers keep for their gradients
 * @param largest per place, what the largest layer keeps
 * @param perKey per place, key of its row, and layer
 * @param around per place, what lies before and behind the layers
 * @param backward per place, gradients on their way
 * @param backwardPerKey per place and key of its row, gradients on their way
 * @param headCopy an adapted head and its gradient
 */
public record Footprint(
        long parameters,
        long trained,
        boolean adapted,
        boolean trainsHead,
        boolean declaredOnly,
        int layers,
        long hidden,
        long kept,
        long largest,
        long perKey,
        long around,
        long backward,
        long backwardPerKey,
        long headCopy) {

    private static final int BYTES = Float.BYTES;

    /** Arrays of the size of a chunk's logits that exist at one time at the head. */
    private static final int LOGIT_ARRAYS = 5;

    /**
     * @param lora fields of PEFT's {@code LoraConfig} for a new adapter; null for none
     * @param adapter folder of an adapter to go on with; null for none
     * @param dropping whether {@code lora_dropout} has an effect
     * @throws InvalidCheckpoint if the configs do not fit each other
     */
    public static Footprint of(
            Path model,
            @Nullable Map<String, ? extends @Nullable Object> lora,
            @Nullable Path adapter,
            boolean dropping) {
        ModelConfig config = ModelConfig.read(model);
        LoraModules modules = adapter != null
                ? LoraModules.of(LoraConfig.read(adapter), config, false)
                : lora != null ? LoraModules.of(LoraConfig.of(lora), config, true) : null;
        return of(
                config, modules, dropping && modules != null && modules.config().dropout() > 0);
    }

    private static Footprint of(ModelConfig config, @Nullable LoraModules modules, boolean drops) {
        long parameters = elements(WeightShapes.of(config));
        var activations = new Activations(config, modules == null);
        long[] layers = IntStream.range(0, config.layers().size())
                .mapToLong(i -> activations.ofLayer(config.layers().get(i)) + ofAdapter(config, modules, i, drops))
                .toArray();
        long vocabulary = config.vocabSize();
        return new Footprint(
                parameters,
                modules == null ? parameters : elements(LoraTensors.shapes(modules)),
                modules != null,
                modules == null || modules.saved().containsKey(modules.head() + ".weight"),
                config.dependsOnBatch() || drops,
                layers.length,
                config.hiddenSize(),
                LongStream.of(layers).sum(),
                LongStream.of(layers).max().orElse(0),
                activations.perKey(),
                activations.around(),
                activations.backward(),
                activations.backwardPerKey(),
                modules != null && modules.adaptsHead() ? 3 * vocabulary * config.hiddenSize() : 0);
    }

    private static long elements(Map<String, Shape> shapes) {
        return shapes.values().stream().mapToLong(Shape::size).sum();
    }

    /** What an adapter keeps beside a layer's own. */
    private static long ofAdapter(ModelConfig config, @Nullable LoraModules modules, int layer, boolean drops) {
        if (modules == null) {
            return 0;
        }
        String path = config.names().layerPath(layer);
        return modules.targets().entrySet().stream()
                .filter(target -> target.getKey().startsWith(path))
                .mapToLong(
                        target -> ofTarget(target.getValue(), modules.config().dora(), drops))
                .sum();
    }

    private static long ofTarget(Target target, boolean dora, boolean drops) {
        return (dora ? 3L : 1L) * target.out() + 2L * target.r() + (drops ? 2L * target.in() : 0);
    }

    /**
     * Bytes of a forward and backward pass.
     *
     * @param places of the pass
     * @param keys tokens of its longest row
     * @param recomputes whether layers are computed again for their gradients instead of kept
     * @param gpu whether it runs on one
     */
    public long pass(long places, long keys, boolean recomputes, boolean gpu) {
        long inside = recomputes ? 2 * hidden * layers + largest + perKey * keys : kept + perKey * keys * layers;
        long gradients = Math.max(places * (backward + backwardPerKey * keys), head(gpu));
        return BYTES * (places * (inside + around) + masks(places, keys) + gradients + headCopy);
    }

    /** Bytes of a forward pass without gradients. */
    public long forward(long places, long keys, boolean gpu) {
        return BYTES * (places * (2 * hidden + largest + perKey * keys + around) + masks(places, keys) + head(gpu));
    }

    private static long head(boolean gpu) {
        return (long) LOGIT_ARRAYS * LmHead.chunk(gpu);
    }

    /** Two masks of a byte for each query and key. */
    private static long masks(long places, long keys) {
        return places * keys / 2;
    }

    /** Bytes of as many numbers. */
    public static long bytes(long numbers) {
        return BYTES * numbers;
    }
}
