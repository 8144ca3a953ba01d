package dev.tandem.worker;

import static dev.tandem.worker.WorkerScene.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tandem.spec.AttemptOrder;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker as a process of its own, ended by signals. */
class WorkerProcessTest {

    @TempDir
    Path folder;

    AttemptOrder order;

    @AutoClose
    ServerDouble server;

    Process worker;

    @BeforeEach
    void startWorker() throws Exception {
        order = WorkerScene.order(folder);
        server = new ServerDouble(order);
        worker = launch();
    }

    @AfterEach
    void endWorker() throws InterruptedException {
        worker.destroyForcibly().waitFor();
    }

    private Process launch() throws IOException {
        var java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-XX:TieredStopAtLevel=1",
                ScriptedWorker.class.getName());
        java.environment().put("TANDEM_SERVER_URL", server.uri().toString());
        java.environment().put("TANDEM_ATTEMPT_TOKEN", ServerDouble.TOKEN);
        java.environment().put("TANDEM_JOB", "job_1");
        java.environment().put("TANDEM_EPOCH", "3");
        java.environment().put("TANDEM_STATE_DIR", folder.resolve("state").toString());
        java.environment().put("TANDEM_HEARTBEAT", "PT0.05S");
        return java.redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private int exitCode() throws InterruptedException {
        assertThat(worker.waitFor(40, TimeUnit.SECONDS)).isTrue();
        return worker.exitValue();
    }

    @Test
    void aTerminatedWorkerReportsACheckpointFromWhichTheJobGoesOn() throws Exception {
        await(() -> server.reports().size() > 3);
        worker.destroy();

        assertThat(exitCode()).isEqualTo(143);
        List<Report> reports = server.reports();
        var saved = (Report.CheckpointSaved) reports.get(reports.size() - 2);
        assertThat(Path.of(saved.path(), "state")).exists();
        assertThat(reports.getLast()).isEqualTo(new Report.Stopped(Instruction.CONTINUE, saved.step(), saved.path()));
        assertThat(Files.readString(folder.resolve("log"))).contains("told to end by the machine");
    }

    @Test
    void aTerminatedWorkerDoesNotWaitLongForAServerThatIsAway() throws Exception {
        await(() -> server.reports().size() > 3);
        server.stop();
        worker.destroy();
        assertThat(exitCode()).isEqualTo(143);
        assertThat(folder.resolve("checkpoints")).isNotEmptyDirectory();
    }

    @Test
    void aKilledWorkerStartedAgainDeliversWhatItHadWritten() throws Exception {
        await(() -> server.reports().size() > 3);
        server.stop();
        Path log = folder.resolve("state/job_1-3.wal");
        long before = Files.size(log);
        await(() -> log.toFile().length() > before + 1_000);
        worker.destroyForcibly().waitFor();
        long written;
        try (var lines = Files.lines(log)) {
            written = lines.count();
        }
        server.start();
        worker = launch();
        await(() -> server.reports().size() > written);
    }
}
