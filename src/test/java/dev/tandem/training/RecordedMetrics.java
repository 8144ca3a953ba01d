package dev.tandem.training;

import dev.tandem.spec.Instruction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A monitor that remembers all it is told, and may stop the run after a given step. */
class RecordedMetrics implements TrainingMonitor {

    final Map<Integer, Map<String, Double>> train = new TreeMap<>();
    final Map<Integer, Map<String, Double>> eval = new TreeMap<>();
    final List<String> warnings = new ArrayList<>();
    final List<String> notes = new ArrayList<>();
    final List<Map<String, Object>> noted = new ArrayList<>();
    final List<Path> checkpoints = new ArrayList<>();
    final List<Duration> waits = new ArrayList<>();
    int pauseAfter = Integer.MAX_VALUE;

    @Override
    public void started(int totalSteps, int fromStep, int rows, int droppedRows, String device) {}

    @Override
    public void warned(String message, Map<String, Object> data) {
        warnings.add(message + " " + data);
    }

    @Override
    public void measured(String split, int step, Map<String, Double> metrics) {
        (split.equals("train") ? train : eval).put(step, metrics);
    }

    @Override
    public void noted(String message, Map<String, Object> data) {
        notes.add(message);
        noted.add(data);
    }

    /** The plan that the run was begun with. */
    Map<String, Object> plan() {
        return noted.get(IntStream.range(0, notes.size())
                .filter(i -> notes.get(i).startsWith("plan: "))
                .findFirst()
                .orElseThrow());
    }

    @Override
    public void checkpointed(int step, Path folder, long sizeBytes, @Nullable Integer bestStep, Duration took) {
        checkpoints.add(folder);
        waits.add(took);
    }

    @Override
    public Instruction proceed(int step, int totalSteps, double epoch, @Nullable Double etaSeconds) {
        return step >= pauseAfter ? Instruction.PAUSE : Instruction.CONTINUE;
    }
}
