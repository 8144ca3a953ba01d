package dev.tandem.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine this server starts workers on.
 *
 * @param slots workers at one time
 * @param gpus names of its GPUs, as in {@code CUDA_VISIBLE_DEVICES}
 */
public record Machine(String name, int slots, List<String> gpus) {

    private static final Logger LOG = LoggerFactory.getLogger(Machine.class);
    private static final String DEVICE = "nvidia";

    public Machine {
        gpus = List.copyOf(gpus);
    }

    static Machine of(WorkerProcessProperties properties) {
        List<String> configured = properties.gpus();
        List<String> gpus =
                configured == null ? gpus(System.getenv("CUDA_VISIBLE_DEVICES"), Path.of("/dev")) : configured;
        Integer slots = properties.slots();
        String name = properties.name();
        return new Machine(name == null ? hostName() : name, slots == null ? Math.max(1, gpus.size()) : slots, gpus);
    }

    /** Who started this server with some GPUs only meant those. */
    static List<String> gpus(@Nullable String visible, Path devices) {
        return visible == null
                ? found(devices)
                : Arrays.stream(visible.split(","))
                        .map(String::strip)
                        .takeWhile(gpu -> !gpu.isEmpty() && !gpu.startsWith("-")) // as CUDA reads it
                        .toList();
    }

    private static List<String> found(Path devices) {
        try (Stream<Path> all = Files.list(devices)) {
            return all.map(device -> String.valueOf(device.getFileName()))
                    .filter(name -> name.matches(DEVICE + "\\d+"))
                    .map(name -> Integer.valueOf(name.substring(DEVICE.length())))
                    .sorted(Comparator.naturalOrder())
                    .map(String::valueOf)
                    .toList();
        } catch (IOException e) {
            LOG.warn("cannot look for GPUs in {}; set tandem.worker.gpus if there are some", devices, e);
            return List.of();
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            LOG.info("this machine has no host name, attempts call it localhost ({})", e.getMessage());
            return "localhost";
        }
    }

    /** Workers side by side split the cores, or each would wait for the others at every operation. */
    Map<String, String> threading(@Nullable Integer threads) {
        int share = Math.max(1, Runtime.getRuntime().availableProcessors() / Math.max(1, slots));
        return Map.of("OMP_NUM_THREADS", String.valueOf(threads == null ? share : threads));
    }
}
