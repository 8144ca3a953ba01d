package dev.tandem.worker;

import static dev.tandem.worker.WorkerScene.await;
import static dev.tandem.worker.WorkerScene.training;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.tandem.spec.AttemptOrder;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import dev.tandem.spec.ServerFile;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.storage.BlobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The protocol between worker and server, over real HTTP, with scripted training. */
class WorkerTest {

    @TempDir
    Path folder;

    AttemptOrder order;

    @AutoClose
    ServerDouble server;

    @BeforeEach
    void startServer() throws IOException {
        WorkerScene.quiet();
        order = WorkerScene.order(folder);
        server = new ServerDouble(order);
    }

    private int run(Training training) {
        return new Worker(WorkerScene.settings(server, folder), training).run();
    }

    @Test
    void aRunIsReportedInOrderAndItsResultIsInTheStore() {
        assertThat(run(training(2, step -> {}))).isZero();

        assertThat(server.reports())
                .hasSize(4)
                .startsWith(
                        new Report.Started(2, 0, 8, 0, "cpu"),
                        new Report.Metrics("train", 1, Map.of("loss", 0.5, "rewards/accuracies", 0.75)));
        var succeeded = (Report.Succeeded) server.reports().getLast();
        assertThat(succeeded.metrics()).containsEntry("loss", 0.5).containsEntry("eval_loss", Double.NaN);
        Path result = new BlobStore(Path.of(order.storePath())).path(succeeded.tree());
        assertThat(result.resolve("config.json")).exists();
        assertThat(result.resolve("README.md")).content().contains("base_model: \"tiny-llama\"", "job_1");
        assertThat(folder.resolve("state")).isEmptyDirectory();
    }

    @Test
    void metricsReachTheServerWithinASecond() {
        run(training(2, step -> {
            if (step == 2) {
                long start = System.nanoTime();
                await(() -> server.reports().size() == 2);
                assertThat(System.nanoTime() - start).isLessThan(1_000_000_000);
            }
        }));
        assertThat(server.reports().getLast()).isInstanceOf(Report.Succeeded.class);
    }

    @Test
    void aServerThatIsAwayForAWhileGetsEverythingOnce() {
        int exit = run(training(2_000, step -> {
            if (step == 10) {
                server.stop();
            } else if (step == 1_990) {
                server.start();
            }
        }));
        assertThat(exit).isZero();
        assertThat(server.sequence())
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, 2_002).boxed().toList());
    }

    @Test
    void aWorkerFollowsToTheServerThatTookItOver() throws IOException {
        try (var other = new ServerDouble(order)) {
            int exit = run(training(200, step -> {
                if (step == 10) {
                    ServerFile.write(folder.resolve("state"), other.uri().toString());
                    server.stop();
                }
            }));
            assertThat(exit).isZero();
            assertThat(other.sequence())
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, 202).boxed().toList());
        }
    }

    @Test
    void aServerThatComesBackAfterTheLastStepStillGetsTheResult() throws Exception {
        Thread back = Thread.ofPlatform().unstarted(() -> {
            try {
                Thread.sleep(700);
                server.start();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        int exit = run(training(3, step -> {
            if (step == 3) {
                server.stop();
                back.start();
            }
        }));
        back.join();
        assertThat(exit).isZero();
        assertThat(server.reports().getLast()).isInstanceOf(Report.Succeeded.class);
    }

    @Test
    void heartbeatsGoOnWhileResultsWaitToBeDelivered() {
        int exit = run(training(1, step -> server.repliesToLose.set(4)));
        assertThat(exit).isZero();
        assertThat(server.heartbeats).hasValueGreaterThan(5);
    }

    @Test
    void aLostAnswerDoublesNoReport() {
        int exit = run(training(3, step -> server.repliesToLose.incrementAndGet()));
        assertThat(exit).isZero();
        assertThat(server.sequence()).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void aFencedWorkerStopsAndWritesNothingMore() {
        int exit = run(training(1_000_000, step -> {
            if (step == 5) {
                await(() -> server.reports().size() == 5);
                server.refuseWith = 410;
            }
        }));
        assertThat(exit).isEqualTo(44);
        assertThat(server.reports()).hasSize(5);
        assertThat(folder.resolve("checkpoints")).doesNotExist();
    }

    @Test
    void aFencedHeartbeatIsEnough() {
        server.refuseHeartbeatsOnly = true;
        assertThat(run(training(1_000_000, step -> server.refuseWith = 410))).isEqualTo(44);
    }

    @Test
    void aHeartbeatRefusedAfterTheResultIsNoFence() {
        server.refuseHeartbeatsOnly = true;
        assertThat(run((run, monitor, output) -> {
                    var finished = training(1, step -> {}).train(run, monitor, output);
                    server.repliesToLose.set(2);
                    return finished;
                }))
                .isZero();
    }

    @Test
    void aRefusedTokenEndsTheWorkerForGood() {
        server.refuseWith = 401;
        assertThat(run(training(1, step -> {}))).isEqualTo(42);
    }

    @Test
    void cancelStopsAtTheNextStep() {
        int exit = run(training(1_000_000, step -> server.instruction = Instruction.CANCEL));
        assertThat(exit).isEqualTo(43);
        assertThat(server.reports().getLast())
                .isInstanceOfSatisfying(
                        Report.Stopped.class,
                        stopped -> assertThat(stopped.instruction()).isEqualTo(Instruction.CANCEL));
    }

    @Test
    void aPausedRunNamesItsCheckpoint() {
        int exit = run(training(1_000_000, step -> server.instruction = Instruction.PAUSE));
        assertThat(exit).isEqualTo(43);
        List<Report> reports = server.reports();
        var stopped = (Report.Stopped) reports.getLast();
        assertThat(stopped.checkpoint()).isNotNull().startsWith(order.checkpointPath());
        assertThat(reports.get(reports.size() - 2))
                .isEqualTo(
                        new Report.CheckpointSaved(stopped.step(), String.valueOf(stopped.checkpoint()), 1, null, 0.0));
    }

    static Stream<Arguments> endings() {
        return Stream.of(
                arguments(new TrainingFailure(FailureKind.DIVERGED, "the loss is NaN"), FailureKind.DIVERGED, 42),
                arguments(new TrainingFailure(FailureKind.TOO_LARGE, "the run needs 2 GiB"), FailureKind.TOO_LARGE, 42),
                arguments(new OutOfMemoryError("Java heap space"), FailureKind.OUT_OF_MEMORY, 75),
                arguments(
                        new IllegalStateException("step failed", new RuntimeException("CUDA out of memory. Tried ...")),
                        FailureKind.OUT_OF_MEMORY,
                        75),
                arguments(
                        new UncheckedIOException(new IOException("No space left on device")), FailureKind.STORAGE, 75),
                arguments(new NullPointerException("x is null"), FailureKind.CRASHED, 75));
    }

    @ParameterizedTest
    @MethodSource("endings")
    void whateverEndsARunIsReportedByItsKind(Throwable thrown, FailureKind kind, int exitCode) {
        int exit = run((run, monitor, output) -> {
            throw WorkerTest.<RuntimeException>sneaked(thrown);
        });
        assertThat(exit).isEqualTo(exitCode);
        var failed = (Report.Failed) server.reports().getLast();
        assertThat(failed.kind()).isEqualTo(kind);
        assertThat(failed.message()).contains(String.valueOf(thrown.getMessage()));
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> T sneaked(Throwable thrown) throws T {
        throw (T) thrown;
    }

    @Test
    void aRestartedWorkerDeliversWhatItsFormerProcessLeftAndDoesNotTrainAgain() throws IOException {
        try (var left = new ReportLog(WorkerScene.settings(server, folder).reportLog())) {
            left.append(new Report.Started(1, 0, 8, 0, "cpu"));
            left.append(new Report.Failed(FailureKind.DIVERGED, "the loss is NaN"));
        }
        assertThat(run(training(1, step -> {}))).isEqualTo(42);
        assertThat(server.reports()).hasSize(2);
        assertThat(server.orders).hasValue(0);
    }

    @Test
    void aWorkerThatDiedInTheMiddleGoesOnCountingWhereItWas() throws IOException {
        try (var left = new ReportLog(WorkerScene.settings(server, folder).reportLog())) {
            left.append(new Report.Started(1, 0, 8, 0, "cpu"));
        }
        assertThat(run(training(1, step -> {}))).isZero();
        assertThat(server.sequence()).containsExactly(1L, 2L, 3L, 4L);
    }
}
