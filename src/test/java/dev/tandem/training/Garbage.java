package dev.tandem.training;

import static org.awaitility.Awaitility.await;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/** Direct buffers that nobody refers to, whose native memory Java frees when it collects garbage. */
final class Garbage {

    private Garbage() {}

    static void collect() {
        BufferPoolMXBean direct = ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                .filter(pool -> pool.getName().equals("direct"))
                .findFirst()
                .orElseThrow();
        long before = direct.getCount();
        IntStream.range(0, 16).forEach(i -> ByteBuffer.allocateDirect(1 << 10));
        await().until(() -> {
            System.gc();
            return direct.getCount() <= before;
        });
    }
}
