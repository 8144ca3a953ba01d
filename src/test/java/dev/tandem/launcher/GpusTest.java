package dev.tandem.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tandem.launcher.WorkerLauncher.Attempt;
import dev.tandem.launcher.WorkerLauncher.Seen;
import dev.tandem.launcher.WorkerLauncher.Start;
import dev.tandem.security.AttemptToken;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.util.unit.DataSize;

/** Which GPUs a machine has, and which of them a worker sees. */
class GpusTest {

    @TempDir
    Path home;

    @Test
    void aWorkerSeesItsGpusAndNoOthers() throws Exception {
        assertThat(environment(List.of("2", "GPU-8f3a"))).isEqualTo("2,GPU-8f3a by PCI_BUS_ID");
        assertThat(environment(List.of())).isEqualTo(" by PCI_BUS_ID");
    }

    @Test
    void aMachineHasWhatIsInDevUnlessItsServerWasStartedWithSomeOnly() throws Exception {
        for (String device : List.of("nvidia10", "nvidia2", "nvidiactl", "nvidia-uvm", "null")) {
            Files.createFile(home.resolve(device));
        }
        assertThat(Machine.gpus(null, home)).containsExactly("2", "10");
        assertThat(Machine.gpus("3, GPU-8f3a", home)).containsExactly("3", "GPU-8f3a");
        assertThat(Machine.gpus("", home)).isEmpty();
        assertThat(Machine.gpus("1,-1,2", home)).as("what CUDA sees of it").containsExactly("1");
    }

    @Test
    void aMachineHasASlotForEachGpuUnlessItsOperatorSaysElse() {
        assertThat(Machine.of(properties(null, List.of("0", "1", "2"))).slots()).isEqualTo(3);
        assertThat(Machine.of(properties(null, List.of())).slots()).isEqualTo(1);
        assertThat(Machine.of(properties(5, List.of("0"))).slots()).isEqualTo(5);
        assertThatThrownBy(() -> properties(null, List.of("0", "0"))).hasMessageContaining("must name each GPU once");
    }

    private static WorkerProcessProperties properties(
            @org.jspecify.annotations.Nullable Integer slots, List<String> gpus) {
        return new WorkerProcessProperties(DataSize.ofGigabytes(1), null, slots, gpus, "box", null);
    }

    private String environment(List<String> gpus) throws Exception {
        var attempt = new Attempt("job_" + gpus.size(), 1);
        var command = new WorkerCommand(
                List.of("sh", "-c", "echo \"$CUDA_VISIBLE_DEVICES by $CUDA_DEVICE_ORDER\""), Map.of());
        try (var launcher =
                new LocalLauncher(home.resolve("workers"), home.resolve("processes"), home.resolve("logs"), command)) {
            launcher.ensureStarted(
                    new Start(attempt, AttemptToken.issue(), "http://127.0.0.1:1", Duration.ofSeconds(1), gpus));
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            List<Seen> seen = launcher.observe();
            while (seen.stream().anyMatch(Seen::alive) && System.nanoTime() < deadline) {
                Thread.sleep(20);
                seen = launcher.observe();
            }
            return seen.getFirst().lastWords();
        }
    }
}
