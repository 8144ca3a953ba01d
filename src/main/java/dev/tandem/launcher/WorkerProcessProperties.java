package dev.tandem.launcher;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What this machine offers to jobs, and how worker processes are started.
 *
 * @param heap {@code -Xmx} of a worker; tensors live outside it, in native memory
 * @param memory that a worker may plan with, a GPU's where it has one; its share of what there is when it is left out
 * @param slots worker processes at one time; the number of GPUs, or 1, when it is left out; 0 to start none here
 * @param gpus names of the GPUs that jobs get, as in {@code CUDA_VISIBLE_DEVICES}; what that variable or {@code /dev}
 *     has when it is left out
 * @param name what this machine is called in attempts; its host name when it is left out
 * @param threads that a worker computes with; its share of the cores when it is left out
 */
@ConfigurationProperties("tandem.worker")
record WorkerProcessProperties(
        @DefaultValue("1GB") DataSize heap,
        @Nullable DataSize memory,
        @Nullable Integer slots,
        @Nullable List<String> gpus,
        @Nullable String name,
        @Nullable Integer threads) {

    WorkerProcessProperties {
        if (slots != null && slots < 0) {
            throw new IllegalArgumentException("tandem.worker.slots must be 0 or greater, was " + slots);
        }
        if (memory != null && memory.toBytes() <= 0) {
            throw new IllegalArgumentException("tandem.worker.memory must be greater than 0, was " + memory);
        }
        if (threads != null && threads < 1) {
            throw new IllegalArgumentException("tandem.worker.threads must be at least 1, was " + threads);
        }
        if (gpus != null && gpus.stream().distinct().count() < gpus.size()) {
            throw new IllegalArgumentException("tandem.worker.gpus must name each GPU once, was " + gpus);
        }
    }
}
