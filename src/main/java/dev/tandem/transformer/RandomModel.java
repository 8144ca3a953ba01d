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

/**
 * A model that knows nothing yet: matrices from a normal distribution around 0, norms 1, biases 0, as Transformers begins.
 * The numbers are Java's own, so the same seed gives the same file on every device.
 */
public final class RandomModel {

    private static final double DEVIATION = 0.02;

    private RandomModel() {}

    /**
     * Writes {@code model.safetensors} for the {@code config.json} in the folder.
     *
     * @throws IOException if the file is there already or cannot be written
     */
    public static void write(Path folder, long seed) throws IOException {
        var random = new Random(seed);
        var tensors = new LinkedHashMap<String, NDArray>();
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            for (Map.Entry<String, Shape> each :
                    WeightShapes.of(ModelConfig.read(folder)).entrySet()) {
                Shape shape = each.getValue();
                tensors.put(each.getKey(), manager.create(values(each.getKey(), shape, random), shape));
            }
            SafetensorsWriter.write(folder.resolve("model.safetensors"), tensors, DataType.FLOAT32);
        }
    }

    private static float[] values(String name, Shape shape, Random random) {
        float[] values = new float[Math.toIntExact(shape.size())];
        if (shape.dimension() == 1) {
            Arrays.fill(values, name.endsWith(".weight") ? 1 : 0);
            return values;
        }
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (DEVIATION * random.nextGaussian());
        }
        return values;
    }
}
