package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** A low-rank adapter (LoRA, arXiv:2106.09685): {@code y + (alpha / r) B A x}, with A (r, in) and B (out, r). */
public final class LoraAdapter {

    private final LoraConfig config;
    private final NDArray scale;
    private final Map<String, Pair> pairs;

    private record Pair(NDArray a, NDArray b) {}

    private LoraAdapter(LoraConfig config, NDArray scale, Map<String, Pair> pairs) {
        this.config = config;
        this.scale = scale;
        this.pairs = pairs;
    }

    /**
     * A new adapter that changes nothing yet: A uniform in ±1/sqrt(in), which is PEFT's Kaiming initialisation, B zero.
     *
     * @param seed the same seed gives the same adapter
     */
    public static LoraAdapter create(NDManager manager, ModelConfig model, LoraConfig config, long seed) {
        var random = new Random(seed);
        var pairs = new LinkedHashMap<String, Pair>();
        config.modules(model).forEach((module, inOut) -> {
            double bound = 1 / Math.sqrt(inOut[0]);
            float[] a = new float[config.r() * inOut[0]];
            for (int i = 0; i < a.length; i++) {
                a[i] = (float) ((2 * random.nextDouble() - 1) * bound);
            }
            pairs.put(
                    module,
                    new Pair(
                            manager.create(a, new Shape(config.r(), inOut[0])),
                            manager.zeros(new Shape(inOut[1], config.r()))));
        });
        return new LoraAdapter(config, scale(manager, config), pairs);
    }

    /**
     * Loads a PEFT adapter.
     *
     * @throws InvalidCheckpoint if it does not fit the model
     */
    public static LoraAdapter load(Ops ops, ModelConfig model, Path folder) {
        LoraTensors checked = LoraTensors.open(folder, model);
        Safetensors stored = checked.stored();
        var pairs = new LinkedHashMap<String, Pair>();
        checked.modules()
                .keySet()
                .forEach(module -> pairs.put(
                        module,
                        new Pair(
                                stored.fp32(ops, LoraTensors.a(module), false),
                                stored.fp32(ops, LoraTensors.b(module), false))));
        return new LoraAdapter(checked.config(), scale(ops.manager(), checked.config()), pairs);
    }

    /** scale = alpha / r. */
    private static NDArray scale(NDManager manager, LoraConfig config) {
        return Ops.constant(manager, config.alpha() / config.r());
    }

    public LoraConfig config() {
        return config;
    }

    /** The adapter's weights by PEFT's names, in the order of the model's layers. */
    public Map<String, NDArray> tensors() {
        var tensors = new LinkedHashMap<String, NDArray>();
        pairs.forEach((module, pair) -> {
            tensors.put(LoraTensors.a(module), pair.a);
            tensors.put(LoraTensors.b(module), pair.b);
        });
        return tensors;
    }

    /** {@code y}, the module's own output for {@code x}, plus what the adapter adds to it. */
    NDArray add(Ops ops, String module, NDArray x, NDArray y) {
        Pair pair = pairs.get(module);
        return pair == null ? y : ops.call("lora", y, x, pair.a, pair.b, scale);
    }

    /** Writes {@code adapter_model.safetensors} and {@code adapter_config.json}, as PEFT reads them. */
    public void save(Path folder, ModelConfig model) throws IOException {
        SafetensorsWriter.write(folder.resolve("adapter_model.safetensors"), tensors(), DataType.FLOAT32);
        JsonMapper json =
                JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();
        Files.writeString(folder.resolve("adapter_config.json"), json.writeValueAsString(config.toJson(model)) + "\n");
    }
}
