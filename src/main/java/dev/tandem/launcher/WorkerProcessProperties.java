package dev.tandem.launcher;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * How worker processes are started.
 *
 * @param heap {@code -Xmx} of a worker; tensors live outside it, in native memory
 * @param slots worker processes at one time on this machine, which share its cores
 * @param memory that a worker may plan with, a GPU's where it has one; its share of what there is when it is left out
 * @param threads that a worker computes with; its share of the cores when it is left out
 */
@ConfigurationProperties("tandem.worker")
record WorkerProcessProperties(
        @DefaultValue("1GB") DataSize heap,
        @Nullable DataSize memory,
        @Nullable Integer slots,
        @Nullable Integer threads) {

    WorkerProcessProperties {
        if (memory != null && memory.toBytes() <= 0) {
            throw new IllegalArgumentException("tandem.worker.memory must be greater than 0, was " + memory);
        }
        if (threads != null && threads < 1) {
            throw new IllegalArgumentException("tandem.worker.threads must be at least 1, was " + threads);
        }
    }

    /** Workers side by side split the cores, or each would wait for the others at every operation. */
    Map<String, String> threading() {
        int share = Math.max(1, Runtime.getRuntime().availableProcessors() / beside());
        return Map.of("OMP_NUM_THREADS", String.valueOf(threads == null ? share : threads));
    }

    int beside() {
        return slots == null ? 1 : Math.max(1, slots);
    }
}
