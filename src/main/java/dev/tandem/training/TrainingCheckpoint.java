package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.Wire;
import dev.tandem.storage.Durable;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.Safetensors;
import dev.tandem.transformer.SafetensorsWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What a run goes on from: the moving parameters in fp32, the optimizer's moments, a reference that moves too, the step,
 * the open metric window and the best evaluation. The order of the data and the learning rate follow from the step. A folder appears under its name only when every byte
 * of it is on disk, so a crash at any moment leaves the checkpoint before it whole.
 */
final class TrainingCheckpoint {

    private static final String PARAMETERS = "trainable.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String REFERENCE = "reference.safetensors";
    private static final String STATE = "state.json";

    private TrainingCheckpoint() {}

    /**
     * @param runDigest of all that decides the numbers; a checkpoint of another run is refused
     * @param step optimizer steps done
     * @param plan by which rows were grouped at last, so that a resumed run rounds as the uninterrupted one
     */
    record State(
            String runDigest,
            int step,
            MetricWindow.State window,
            BestSoFar best,
            @Nullable PassPlan plan) {}

    /** What moves in a run, by name; parts that a run has not are empty. */
    record Arrays(Map<String, NDArray> parameters, Map<String, NDArray> optimizer, Map<String, NDArray> reference) {

        Map<String, Map<String, NDArray>> files() {
            var files = new LinkedHashMap<String, Map<String, NDArray>>();
            files.put(PARAMETERS, parameters);
            files.put(OPTIMIZER, optimizer);
            files.put(REFERENCE, reference);
            files.values().removeIf(Map::isEmpty);
            return files;
        }
    }

    /** @throws IOException if it cannot be written, for instance because the disk is full; nothing is left behind */
    static Path write(Path folder, Arrays arrays, State state) throws IOException {
        Path partial = folder.resolveSibling("." + folder.getFileName() + ".partial");
        try {
            Durable.deleteTree(partial);
            Files.createDirectories(partial);
            for (Map.Entry<String, Map<String, NDArray>> file : arrays.files().entrySet()) {
                SafetensorsWriter.write(partial.resolve(file.getKey()), file.getValue(), DataType.FLOAT32);
            }
            Path json = Files.write(partial.resolve(STATE), Wire.JSON.writeValueAsBytes(state));
            Durable.sync(json);
            Durable.sync(partial);
            Durable.deleteTree(folder); // of an earlier try at the same step by the same attempt
            Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            Durable.sync(folder.resolveSibling("."));
            return folder;
        } catch (IOException e) {
            Durable.deleteTree(partial);
            throw e;
        }
    }

    static long size(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    /**
     * Copies the checkpoint into the arrays of a run that was set up in the same way.
     *
     * @throws TrainingFailure if it is damaged or of another run
     */
    static State read(Path folder, Ops ops, Arrays arrays, String runDigest) {
        State state = state(folder);
        if (!state.runDigest().equals(runDigest)) {
            throw new TrainingFailure(
                    FailureKind.INVALID_SPEC,
                    "the checkpoint %s is of another run: its settings, model or data differ".formatted(folder));
        }
        arrays.files().forEach((file, targets) -> copy(ops, folder.resolve(file), targets));
        return state;
    }

    /** @throws TrainingFailure if it cannot be read */
    static State state(Path folder) {
        try {
            return Wire.JSON.readValue(Files.readAllBytes(folder.resolve(STATE)), State.class);
        } catch (IOException | JacksonException e) {
            throw new TrainingFailure(
                    FailureKind.STORAGE, "cannot read the checkpoint %s: %s".formatted(folder, e.getMessage()), e);
        }
    }

    /** Copies the moving parameters alone. */
    static void readParameters(Path folder, Ops ops, Map<String, NDArray> parameters) {
        copy(ops, folder.resolve(PARAMETERS), parameters);
    }

    private static void copy(Ops ops, Path file, Map<String, NDArray> targets) {
        Safetensors stored = Safetensors.ofFile(file);
        targets.forEach((name, target) -> {
            try (NDArray values = stored.fp32(ops, name, true);
                    NDArray zero = Ops.constant(ops.manager(), 0)) {
                ops.call("fill", target, zero, values.reshape(-1)).close();
            }
        });
    }
}
