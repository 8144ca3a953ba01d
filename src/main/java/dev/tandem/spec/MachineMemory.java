package dev.tandem.spec;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/** How much main memory a worker may count on. */
public final class MachineMemory {

    /** What the server, its database and the system are left. */
    private static final long OTHERS = 1L << 30;

    private MachineMemory() {}

    /** Of the machine, or of the container where that has less. It never changes while the machine stays as it is. */
    public static long total() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }

    /** The share of each of {@code workers} that run side by side. */
    public static long share(int workers) {
        return share(total(), workers);
    }

    static long share(long total, int workers) {
        return Math.max(total / 2, total / 20 * 19 - OTHERS) / Math.max(1, workers);
    }
}
