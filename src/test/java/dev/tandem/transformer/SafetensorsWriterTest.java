package dev.tandem.transformer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tensors that are larger than the pieces in which they are written. */
class SafetensorsWriterTest {

    private static final long ROWS = 5000;

    private static NDManager manager;

    private static Ops ops;

    @TempDir
    Path temporary;

    @BeforeAll
    static void open() {
        manager = NDManager.newBaseManager("PyTorch");
        ops = Kernels.load(manager).in(manager);
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"FLOAT32", "FLOAT16", "BFLOAT16"})
    void readBackAsTheyWere(DataType dtype) throws IOException {
        // Small integers are the same in each dtype.
        NDArray large = manager.arange(0, ROWS * 1000, 1, DataType.INT64)
                .mod(251)
                .toType(DataType.FLOAT32, true)
                .reshape(ROWS, 1000);
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        tensors.put("large", large);
        tensors.put("turned", large.transpose());
        tensors.put("one", manager.create(7f));
        Path file = temporary.resolve("model.safetensors");

        SafetensorsWriter.write(file, tensors, dtype);

        Safetensors written = Safetensors.ofFile(file);
        tensors.forEach((name, tensor) ->
                assertThat(written.fp32(ops, name, false)).as(name).isEqualTo(tensor));
    }

    @Test
    void takeNoRoomInJavasHeap() throws IOException {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        NDArray large = manager.zeros(new Shape(ROWS, 1000));
        Path file = temporary.resolve("model.safetensors");

        long before = threads.getCurrentThreadAllocatedBytes();
        SafetensorsWriter.write(file, Map.of("large", large), DataType.FLOAT32);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;

        assertThat(Files.size(file)).isGreaterThan(4 * ROWS * 1000);
        assertThat(allocated).isLessThan(4 * ROWS * 1000 / 10);
    }
}
