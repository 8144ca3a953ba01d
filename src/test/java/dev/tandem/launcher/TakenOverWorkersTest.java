package dev.tandem.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.launcher.WorkerLauncher.Attempt;
import dev.tandem.launcher.WorkerLauncher.Seen;
import dev.tandem.launcher.WorkerLauncher.Start;
import dev.tandem.launcher.WorkerLauncher.Stop;
import dev.tandem.security.AttemptToken;
import dev.tandem.spec.ServerFile;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The workers of a server that is gone belong to the next one that looks, which tells them where it is. */
class TakenOverWorkersTest {

    private static final Attempt ATTEMPT = new Attempt("job_1", 3);

    @TempDir
    Path home;

    @Test
    void theNextServerOfTheFolderTellsThemItsAddress() throws Exception {
        LocalLauncher first = launcher();
        start(first);
        first.close();
        try (LocalLauncher restarted = launcher()) {
            assertTakenOver(restarted);
        }
    }

    @Test
    void anotherServerTakesThemOverOnlyWhenTheirsIsGone() throws Exception {
        LocalLauncher first = launcher();
        try (LocalLauncher other = launcher()) {
            start(first);
            assertThat(other.observe()).isEmpty();
            first.serverIsAt("http://127.0.0.1:1");
            assertThat(ServerFile.read(state()))
                    .as("who was started here knows")
                    .isEmpty();

            first.close();
            assertTakenOver(other);
        }
    }

    private void assertTakenOver(LocalLauncher launcher) throws Exception {
        assertThat(launcher.observe()).extracting(Seen::attempt).containsExactly(ATTEMPT);
        launcher.serverIsAt("http://127.0.0.1:2");
        assertThat(ServerFile.read(state())).contains("http://127.0.0.1:2");
        launcher.serverIsAt("http://127.0.0.1:3");
        assertThat(ServerFile.read(state())).contains("http://127.0.0.1:3");

        launcher.requestStop(ATTEMPT, Stop.KILL);
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        List<Seen> seen = launcher.observe();
        while (seen.stream().anyMatch(Seen::alive) && System.nanoTime() < deadline) {
            Thread.sleep(20);
            seen = launcher.observe();
        }
        assertThat(seen).extracting(Seen::alive).containsExactly(false);
    }

    private void start(LocalLauncher launcher) {
        launcher.ensureStarted(
                new Start(ATTEMPT, AttemptToken.issue(), "http://127.0.0.1:1", Duration.ofSeconds(1), List.of()));
    }

    private Path state() {
        return home.resolve("workers").resolve("job_1").resolve("3");
    }

    private LocalLauncher launcher() {
        return new LocalLauncher(
                home.resolve("workers"),
                home.resolve("processes"),
                home.resolve("logs"),
                new WorkerCommand(List.of("sleep", "60"), Map.of()));
    }
}
