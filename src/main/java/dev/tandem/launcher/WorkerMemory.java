package dev.tandem.launcher;

import dev.tandem.spec.MachineMemory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;
import org.springframework.util.unit.DataSize;

/** The memory that one worker on this machine may plan with: a GPU's, or its share of the main memory. */
@Component
public class WorkerMemory {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerMemory.class);

    private final WorkerProcessProperties properties;
    private final Share share;

    /** @param gpu whether it is a GPU's */
    public record Share(long bytes, boolean gpu) {}

    WorkerMemory(WorkerProcessProperties properties, Machine machine) {
        this.properties = properties;
        DataSize given = properties.memory();
        OptionalLong ofGpu = machine.gpus().isEmpty() ? OptionalLong.empty() : ofGpu();
        long there = ofGpu.orElseGet(() -> MachineMemory.share(machine.slots()));
        this.share = new Share(given == null ? there : Math.min(given.toBytes(), there), ofGpu.isPresent());
    }

    public Share share() {
        return share;
    }

    /** What a worker is told; one that has a GPU asks that. */
    Map<String, String> environment() {
        return share.gpu && properties.memory() == null
                ? Map.of()
                : Map.of("TANDEM_WORKER_MEMORY", String.valueOf(share.bytes));
    }

    /** Of the smallest. */
    private static OptionalLong ofGpu() {
        try {
            return ask();
        } catch (IOException e) {
            LOG.warn("cannot ask for the memory of GPUs, plans count on main memory", e);
            return OptionalLong.empty();
        }
    }

    private static OptionalLong ask() throws IOException {
        Process process = new ProcessBuilder("nvidia-smi", "--query-gpu=memory.total", "--format=csv,noheader,nounits")
                .redirectErrorStream(true)
                .start();
        try {
            process.getOutputStream().close();
            String words = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            process.waitFor(10, TimeUnit.SECONDS);
            return words.lines()
                    .map(String::strip)
                    .filter(line -> line.matches("\\d+"))
                    .mapToLong(line -> Long.parseLong(line) << 20)
                    .min();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalLong.empty();
        } finally {
            process.destroyForcibly();
        }
    }
}
