package dev.tandem.scoring;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What scoring may take of this machine. Its processes run beside the workers, at a lower priority than theirs.
 *
 * @param processes models that are kept loaded at one time, each in a process of its own
 * @param memory of all loaded weights together, 4 bytes for each parameter; a quarter of the machine's if left out
 * @param heap {@code -Xmx} of a process; tensors live outside it, in native memory
 * @param threads that a process computes with; half of the cores if left out
 * @param gpu whether processes may use a GPU, which they would share with training
 * @param idle how long a process is kept that nobody asks
 * @param timeout how long a request may take, waiting included
 * @param waiting requests at one time, those that are being scored included; further ones are sent away
 * @param maxRows of one request
 * @param maxTokens of one request, each prompt counted once for each of its completions
 */
@ConfigurationProperties("tandem.scoring")
record ScoringProperties(
        @DefaultValue("2") int processes,
        @Nullable DataSize memory,
        @DefaultValue("512MB") DataSize heap,
        @Nullable Integer threads,
        @DefaultValue("false") boolean gpu,
        @DefaultValue("5m") Duration idle,
        @DefaultValue("2m") Duration timeout,
        @DefaultValue("16") int waiting,
        @DefaultValue("256") int maxRows,
        @DefaultValue("65536") int maxTokens) {

    ScoringProperties {
        atLeastOne("processes", processes);
        atLeastOne("threads", threads == null ? 1 : threads);
        atLeastOne("waiting", waiting);
        atLeastOne("max-rows", maxRows);
        atLeastOne("max-tokens", maxTokens);
        positive("idle", idle);
        positive("timeout", timeout);
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException("tandem.scoring.%s must be at least 1, was %d".formatted(name, value));
        }
    }

    private static void positive(String name, Duration value) {
        if (!value.isPositive()) {
            throw new IllegalArgumentException(
                    "tandem.scoring.%s must be longer than 0, was %s".formatted(name, value));
        }
    }

    DataSize memoryOrShare() {
        if (memory != null) {
            return memory;
        }
        var machine = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return DataSize.ofBytes(machine.getTotalMemorySize() / 4);
    }

    int threadsOrShare() {
        return threads == null ? Math.max(1, Runtime.getRuntime().availableProcessors() / 2) : threads;
    }
}
