package dev.tandem.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.Ops;

/** How fast this machine multiplies large fp32 matrices: the most that a training step could reach. */
final class MatrixProduct {

    private static final int SIZE = 2048;
    private static final int TIMES = 20;

    private MatrixProduct() {}

    /** The best of some. */
    static double flopsPerSecond() {
        double best = 0;
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager)) {
            Ops ops = kernels.in(manager);
            NDArray a = manager.randomUniform(-1, 1, new Shape(SIZE, SIZE));
            NDArray b = manager.randomUniform(-1, 1, new Shape(SIZE, SIZE));
            for (int i = 0; i < TIMES; i++) {
                long begun = System.nanoTime();
                try (NDArray product = ops.call("linear", a, b)) {
                    product.getFloat(0, 0); // waits until it is there
                }
                best = Math.max(best, 2.0 * SIZE * SIZE * SIZE / (System.nanoTime() - begun) * 1e9);
            }
        }
        return best;
    }
}
