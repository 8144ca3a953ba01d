package dev.tandem.worker;

import dev.tandem.spec.AttemptOrder;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import dev.tandem.spec.WorkerExit;
import dev.tandem.storage.BlobStore;
import dev.tandem.storage.Staging;
import dev.tandem.storage.StoredTree;
import dev.tandem.training.Outcome;
import dev.tandem.training.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries an order out and writes its last report. */
final class Attempt {

    private static final Logger log = LoggerFactory.getLogger(Attempt.class);

    private final AttemptOrder order;
    private final ReportLog reports;
    private final Standing standing;
    private final Training training;
    private final @Nullable Long memory;

    /** @param memory bytes that the run may take; null for what the machine has */
    Attempt(AttemptOrder order, ReportLog reports, Standing standing, Training training, @Nullable Long memory) {
        this.order = order;
        this.reports = reports;
        this.standing = standing;
        this.training = training;
        this.memory = memory;
    }

    /** What a process that ended with this report exits with; nothing if the report ends no attempt. */
    static Optional<Integer> exitCode(Report report) {
        return switch (report) {
            case Report.Succeeded s -> Optional.of(WorkerExit.DONE.code());
            case Report.Failed f -> Optional.of(exit(f).code());
            case Report.Stopped s -> Optional.of(exit(s));
            case Report.Started s -> Optional.empty();
            case Report.Metrics m -> Optional.empty();
            case Report.CheckpointSaved c -> Optional.empty();
            case Report.Event e -> Optional.empty();
        };
    }

    private static WorkerExit exit(Report.Failed failed) {
        return failed.kind().isWorthRetrying() ? WorkerExit.TRY_AGAIN : WorkerExit.PERMANENT_FAILURE;
    }

    private static int exit(Report.Stopped stopped) {
        return stopped.instruction() == Instruction.CONTINUE
                ? Worker.TERMINATED
                : WorkerExit.CANCELLED_OR_PAUSED.code();
    }

    /** @return the exit code of the process */
    int run() {
        Report end = train();
        standing.settle();
        reports.append(end);
        return exitCode(end).orElseThrow();
    }

    /** The one place that catches everything: whatever ends a run becomes a report that a person reads. */
    private Report train() {
        var store = new BlobStore(Path.of(order.storePath()));
        try (Staging staging = store.stage()) {
            Outcome outcome = training.train(trainingRun(), new Reporter(reports, standing), staging.folder());
            return switch (outcome) {
                case Outcome.Finished finished -> commit(finished, store, staging);
                case Outcome.Stopped stopped -> stopped(stopped);
            };
        } catch (Expelled e) {
            throw e;
        } catch (Throwable thrown) {
            Report.Failed failed = Failures.of(thrown);
            log.error(
                    "attempt failed ({}), exit {}",
                    failed.kind().code(),
                    exit(failed).code(),
                    thrown);
            return failed;
        }
    }

    private Report commit(Outcome.Finished finished, BlobStore store, Staging staging) throws IOException {
        standing.check();
        card(finished).write(staging.folder());
        StoredTree tree = store.commit(staging);
        log.info("done after {} steps: {} {}", finished.step(), finished.kind(), tree.digest());
        return new Report.Succeeded(finished.step(), finished.kind(), tree.digest(), finished.metrics());
    }

    private ModelCard card(Outcome.Finished finished) {
        return new ModelCard(
                order.name(),
                order.job(),
                finished.kind(),
                order.method(),
                order.card(),
                order.training(),
                order.lora(),
                finished.step(),
                finished.metrics());
    }

    private Report stopped(Outcome.Stopped stopped) {
        Instruction told = standing.pausedByMachine() ? Instruction.CONTINUE : stopped.instruction();
        String checkpoint = absolute(stopped.checkpoint());
        log.info("stopped ({}) at step {}, checkpoint {}", reason(told), stopped.step(), checkpoint);
        return new Report.Stopped(told, stopped.step(), checkpoint);
    }

    private static String reason(Instruction told) {
        return switch (told) {
            case CONTINUE -> "the machine ends this process; the job goes on in another";
            case PAUSE -> "paused";
            case CANCEL -> "cancelled";
        };
    }

    private TrainingRun trainingRun() {
        List<Path> checkpoints = order.resumeFrom().stream().map(Path::of).toList();
        return new TrainingRun(
                order.method(),
                order.training(),
                order.lora(),
                Path.of(order.modelPath()),
                order.card().model(),
                path(order.adapterPath()),
                order.data(),
                order.evalData(),
                Path.of(order.checkpointPath()),
                "attempt-%d-".formatted(order.epoch()),
                checkpoints.isEmpty() ? null : checkpoints.getFirst(),
                checkpoints.stream().skip(1).toList(),
                order.origins(),
                memory,
                Path.of(order.referenceCachePath()));
    }

    private static @Nullable Path path(@Nullable String path) {
        return path == null ? null : Path.of(path);
    }

    private static @Nullable String absolute(@Nullable Path path) {
        return path == null ? null : path.toAbsolutePath().toString();
    }
}
