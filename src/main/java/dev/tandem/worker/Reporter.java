package dev.tandem.worker;

import dev.tandem.spec.Heartbeat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Report;
import dev.tandem.training.TrainingMonitor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down what the run does, and answers with what the attempt was told. */
final class Reporter implements TrainingMonitor {

    private static final Logger log = LoggerFactory.getLogger(Reporter.class);

    private final ReportLog reports;
    private final Standing standing;
    private int totalSteps;

    Reporter(ReportLog reports, Standing standing) {
        this.reports = reports;
        this.standing = standing;
    }

    @Override
    public void started(int totalSteps, int fromStep, int rows, int droppedRows, String device) {
        this.totalSteps = totalSteps;
        standing.progress(new Heartbeat(fromStep, totalSteps, 0, null));
        report(new Report.Started(totalSteps, fromStep, rows, droppedRows, device));
        log.info(
                "training on {}: steps {} to {}, {} rows, {} dropped",
                device,
                fromStep + 1,
                totalSteps,
                rows,
                droppedRows);
    }

    @Override
    public void warned(String message, Map<String, Object> data) {
        report(new Report.Event("warn", message, data));
        log.warn("{} {}", message, data);
    }

    @Override
    public void measured(String split, int step, Map<String, Double> metrics) {
        report(new Report.Metrics(split, step, metrics));
        log.info("{}", MetricLine.of(split, step, totalSteps, metrics));
    }

    @Override
    public void noted(String message, Map<String, Object> data) {
        report(new Report.Event("info", message, data));
        log.info("{} {}", message, data);
    }

    @Override
    public void checkpointed(int step, Path folder, long sizeBytes, @Nullable Integer bestStep, Duration took) {
        double seconds = took.toNanos() / 1e9;
        report(new Report.CheckpointSaved(step, folder.toAbsolutePath().toString(), sizeBytes, bestStep, seconds));
        log.info("checkpoint at step {}: {} ({} bytes, {} s)", step, folder, sizeBytes, seconds);
    }

    @Override
    public Instruction proceed(int step, int totalSteps, double epoch, @Nullable Double etaSeconds) {
        standing.progress(new Heartbeat(step, totalSteps, epoch, etaSeconds));
        return standing.instruction();
    }

    private void report(Report report) {
        standing.check();
        reports.append(report);
    }
}
