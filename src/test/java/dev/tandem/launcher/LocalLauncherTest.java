package dev.tandem.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.launcher.WorkerLauncher.Attempt;
import dev.tandem.launcher.WorkerLauncher.Seen;
import dev.tandem.launcher.WorkerLauncher.Start;
import dev.tandem.security.AttemptToken;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a server that comes back finds of the workers that its former process started. */
class LocalLauncherTest {

    private static final Attempt ATTEMPT = new Attempt("job_1", 2);

    @TempDir
    Path folder;

    @Test
    void aWorkerThatEndedWhileNoServerWasThereIsTold() throws Exception {
        LocalLauncher before = launcher();
        before.ensureStarted(new Start(ATTEMPT, AttemptToken.issue(), "http://127.0.0.1:1", Duration.ofSeconds(1)));
        assertThat(launcher().observe()).extracting(Seen::alive).containsExactly(true);
        ProcessHandle worker = ProcessHandle.current()
                .children()
                .filter(child -> child.info().commandLine().orElse("").contains("sleep"))
                .findFirst()
                .orElseThrow();
        worker.destroyForcibly();
        worker.onExit().join();

        LocalLauncher after = launcher();

        assertThat(after.observe())
                .singleElement()
                .satisfies(seen -> assertThat(seen.attempt()).isEqualTo(ATTEMPT))
                .satisfies(seen -> assertThat(seen.exitCode()).isEmpty());
        assertThat(after.observe()).isEmpty();
    }

    private LocalLauncher launcher() {
        return new LocalLauncher(
                folder.resolve("state"), folder.resolve("logs"), new WorkerCommand(List.of("sleep", "60"), Map.of()));
    }
}
