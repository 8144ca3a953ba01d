package dev.tandem.transformer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;

/**
 * A model that knows nothing yet, as Transformers begins: matrices from a normal distribution with the config's {@code
 * initializer_range}, norms as they change nothing, biases 0. The numbers are Java's own, so the same seed gives the same file on every device.
 */
public final class RandomModel {

    private RandomModel() {}

    /**
     * Writes {@code model.safetensors} for the {@code config.json} in the folder.
     *
     * @throws IOException if the file is there already or cannot be written
     */
    public static void write(Path folder, long seed) throws IOException {
        double deviation = ConfigJson.read(folder.resolve("config.json")).number("initializer_range", 0.02);
        var random = new Random(seed);
        var tensors = new LinkedHashMap<String, NDArray>();
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            ModelConfig config = ModelConfig.read(folder);
            float unit = config.norm() == ModelConfig.Norm.RMS_FROM_ONE ? 0 : 1;
            for (Map.Entry<String, Shape> each : WeightShapes.of(config).entrySet()) {
                Shape shape = each.getValue();
                float vector = each.getKey().endsWith(".weight") ? unit : 0;
                tensors.put(
                        each.getKey(),
                        manager.create(values(vector, shape, () -> deviation * random.nextGaussian()), shape));
            }
            SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, DataType.FLOAT32);
        }
    }

    private static float[] values(float vector, Shape shape, DoubleSupplier normal) {
        float[] values = new float[Math.toIntExact(shape.size())];
        if (shape.dimension() == 1) {
            Arrays.fill(values, vector);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) normal.getAsDouble();
        }
        return values;
    }
}
