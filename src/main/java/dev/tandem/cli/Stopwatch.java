package dev.tandem.cli;

import dev.tandem.spec.Instruction;
import dev.tandem.training.TrainingMonitor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gathers what a run says of the speed of each step. */
final class Stopwatch implements TrainingMonitor {

    private final int warmup;
    private final List<Map<String, Double>> steps = new ArrayList<>();
    private String device = "";

    /** @param warmup steps at the beginning that do not count */
    Stopwatch(int warmup) {
        this.warmup = warmup;
    }

    Map<String, Object> results() {
        var results = new LinkedHashMap<String, Object>();
        results.put("device", device);
        results.put("steps", steps.size() - warmup);
        results.put("warmup", warmup);
        results.put("pairs_per_second", median("pairs_per_second"));
        results.put("tokens_per_second", median("tokens_per_second"));
        results.put("step_ms_median", 1e3 * median("step_seconds"));
        results.put("flops_per_second", flopsPerSecond());
        results.put("first_loss", steps.getFirst().get("loss"));
        results.put("last_loss", steps.getLast().get("loss"));
        results.put("peak_rss_bytes", peakResidentBytes());
        return results;
    }

    double flopsPerSecond() {
        return median("flops_per_second");
    }

    private double median(String metric) {
        double[] sorted = steps.stream()
                .skip(warmup)
                .mapToDouble(step -> step.getOrDefault(metric, Double.NaN))
                .sorted()
                .toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The most that the process ever held in memory; null where the system does not tell. */
    private static @Nullable Long peakResidentBytes() {
        Path status = Path.of("/proc/self/status");
        if (!Files.exists(status)) {
            return null;
        }
        try {
            return Files.readAllLines(status).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + status, e);
        }
    }

    @Override
    public void started(int totalSteps, int fromStep, int rows, int droppedRows, String device) {
        this.device = device;
    }

    @Override
    public void measured(String split, int step, Map<String, Double> metrics) {
        steps.add(Map.copyOf(metrics));
    }

    @Override
    public void noted(String message, Map<String, Object> data) {}

    @Override
    public void warned(String message, Map<String, Object> data) {}

    @Override
    public void checkpointed(int step, Path folder, long sizeBytes, @Nullable Integer bestStep, Duration took) {}

    @Override
    public Instruction proceed(int step, int totalSteps, double epoch, @Nullable Double etaSeconds) {
        return Instruction.CONTINUE;
    }
}
