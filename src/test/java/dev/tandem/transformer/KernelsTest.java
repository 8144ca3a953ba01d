package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** How kernels are compiled. */
class KernelsTest {

    @AfterEach
    void forget() {
        System.clearProperty("tandem.onednn");
    }

    /** The compiled source says torch.linear there, so a libtorch that was built without oneDNN takes it too. */
    @Test
    void withoutOneDnnMatricesAreMultipliedAllTheSame() {
        System.setProperty("tandem.onednn", "false");
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager)) {
            Ops ops = kernels.in(manager);
            NDArray x = manager.create(new float[][] {{1, 2}, {3, 4}});
            NDArray w = manager.create(new float[][] {{5, 6}, {7, 8}});

            assertThat(ops.multipliesByOneDnn()).isFalse();
            assertThat(ops.call("onednn_product", x, w).toFloatArray()).containsExactly(17, 23, 39, 53);
        }
    }
}
