package dev.tandem.cli;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

/** How fast this machine multiplies large fp32 matrices: the most that a training step could reach. */
final class MatrixProduct {

    private static final int SIZE = 2048;
    private static final int TIMES = 20;

    private MatrixProduct() {}

    /** The best of some. */
    static double flopsPerSecond() {
        double best = 0;
        try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
            NDArray a = manager.randomUniform(-1, 1, new Shape(SIZE, SIZE));
            NDArray b = manager.randomUniform(-1, 1, new Shape(SIZE, SIZE));
            for (int i = 0; i < TIMES; i++) {
                long begun = System.nanoTime();
                try (NDArray product = a.matMul(b)) {
                    product.getFloat(0, 0); // waits until it is there
                }
                best = Math.max(best, 2.0 * SIZE * SIZE * SIZE / (System.nanoTime() - begun) * 1e9);
            }
        }
        return best;
    }
}
