package dev.tandem.cli;

import dev.tandem.spec.Instruction;
import dev.tandem.spec.Wire;
import dev.tandem.training.KeptCheckpoints;
import dev.tandem.training.TrainingMonitor;
import dev.tandem.worker.MetricLine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Shows a run on the console and writes its metrics as JSON lines. */
final class ConsoleMonitor implements TrainingMonitor, AutoCloseable {

    private final ProgressBar bar;
    private final Writer metricsFile;
    private final Interruption interruption;
    private final KeptCheckpoints kept;
    private Map<String, Double> latest = Map.of();
    private int totalSteps;

    /** @param saveTotalLimit how many of this process's checkpoints to keep; null for all */
    ConsoleMonitor(ProgressBar bar, Writer metricsFile, Interruption interruption, @Nullable Integer saveTotalLimit) {
        this.kept = new KeptCheckpoints(saveTotalLimit);
        this.bar = bar;
        this.metricsFile = metricsFile;
        this.interruption = interruption;
    }

    @Override
    public void started(int totalSteps, int fromStep, int rows, int droppedRows, String device) {
        this.totalSteps = totalSteps;
        bar.line("training on %s: steps %d to %d, %d rows, %d dropped"
                .formatted(device, fromStep + 1, totalSteps, rows, droppedRows));
    }

    @Override
    public void warned(String message, Map<String, Object> data) {
        bar.line("warning: %s%s".formatted(message, data.isEmpty() ? "" : " " + data));
    }

    @Override
    public void measured(String split, int step, Map<String, Double> metrics) {
        write(split, step, metrics);
        boolean train = split.equals("train");
        if (train) {
            latest = Map.copyOf(metrics);
        }
        if (!train || !bar.isTerminal()) {
            bar.line(MetricLine.of(split, step, totalSteps, metrics));
        }
    }

    private void write(String split, int step, Map<String, Double> metrics) {
        var line = new LinkedHashMap<String, Object>();
        line.put("split", split);
        line.put("step", step);
        line.putAll(metrics);
        try {
            metricsFile.write(Wire.JSON.writeValueAsString(line) + "\n");
            metricsFile.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the metrics file", e);
        }
    }

    @Override
    public void noted(String message, Map<String, Object> data) {
        bar.line(message);
    }

    @Override
    public void checkpointed(int step, Path folder, long sizeBytes, @Nullable Integer bestStep, Duration took) {
        bar.line("checkpoint at step %d: %s".formatted(step, folder));
        try {
            kept.add(step, folder, bestStep);
        } catch (IOException e) {
            bar.line("warning: save_total_limit cannot be held: " + e.getMessage());
        }
    }

    @Override
    public Instruction proceed(int step, int totalSteps, double epoch, @Nullable Double etaSeconds) {
        bar.update(step, totalSteps, latest, etaSeconds);
        return interruption.isWished() ? Instruction.PAUSE : Instruction.CONTINUE;
    }

    @Override
    public void close() throws IOException {
        metricsFile.close();
    }
}
