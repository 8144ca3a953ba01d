package dev.tandem.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.RunIdentity;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.Wire;
import dev.tandem.storage.Durable;
import dev.tandem.transformer.Ops;
import dev.tandem.transformer.Safetensors;
import dev.tandem.transformer.SafetensorsWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What a run goes on from: the moving parameters in fp32, the optimizer's moments, a reference that moves too, the step,
 * the open metric window, the best evaluation, what it was made with, and the digest of each file. The order of the data,
 * the learning rate and every random number follow from the step and the seed. A folder appears under its name only when
 * every byte of it is on disk, so a crash at any moment leaves the checkpoint before it whole.
 */
final class TrainingCheckpoint {

    private static final String PARAMETERS = "trainable.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String REFERENCE = "reference.safetensors";
    private static final String STATE = "state.json";

    /** Holds the digest of the state, as {@code sha256sum} writes it. */
    private static final String SEAL = "state.json.sha256";

    private TrainingCheckpoint() {}

    /**
     * @param madeWith all that decides the numbers; a checkpoint of another run is refused
     * @param step optimizer steps done
     * @param latest the last of each metric
     * @param plan by which rows were grouped at last, so that a resumed run rounds as the uninterrupted one
     */
    record State(
            RunIdentity madeWith,
            int step,
            MetricWindow.State window,
            BestSoFar best,
            Map<String, Double> latest,
            @Nullable PassPlan plan) {}

    /** @param files digest of every file of arrays */
    private record Contents(State state, Map<String, String> files) {}

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
            var digests = new LinkedHashMap<String, String>();
            for (Map.Entry<String, Map<String, NDArray>> file : arrays.files().entrySet()) {
                Path path = partial.resolve(file.getKey());
                digests.put(file.getKey(), SafetensorsWriter.write(path, file.getValue(), DataType.FLOAT32));
            }
            byte[] json = Wire.JSON.writeValueAsBytes(new Contents(state, digests));
            Durable.sync(Files.write(partial.resolve(STATE), json));
            Durable.sync(Files.writeString(partial.resolve(SEAL), seal(json)));
            Durable.sync(partial);
            Durable.deleteTree(folder); // of an earlier try at the same step by the same attempt
            Files.move(partial, folder, StandardCopyOption.ATOMIC_MOVE);
            Durable.sync(folder.resolveSibling("."));
            Durable.sync(folder.resolve("../..")); // the folder of all of them may be new too
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
     * Copies the checkpoint into the arrays of a run that was set up in the same way. Nothing is copied unless all of it
     * is whole.
     *
     * @throws TrainingFailure {@code STORAGE} if it is damaged, {@code INVALID_SPEC} if it is of another run
     */
    static State read(Path folder, Ops ops, Arrays arrays, RunIdentity run) {
        Contents contents = contents(folder);
        List<String> differences = contents.state().madeWith().differences(run);
        if (!differences.isEmpty()) {
            throw new TrainingFailure(
                    FailureKind.INVALID_SPEC,
                    "the checkpoint %s is of another run: %s".formatted(folder, String.join(", ", differences)));
        }
        arrays.files().keySet().forEach(file -> verify(folder, contents, file));
        arrays.files().forEach((file, targets) -> copy(ops, folder.resolve(file), targets));
        return contents.state();
    }

    /** Copies the moving parameters alone. */
    static void readParameters(Path folder, Ops ops, Map<String, NDArray> parameters) {
        verify(folder, contents(folder), PARAMETERS);
        copy(ops, folder.resolve(PARAMETERS), parameters);
    }

    private static Contents contents(Path folder) {
        try {
            byte[] json = Files.readAllBytes(folder.resolve(STATE));
            if (!Files.readString(folder.resolve(SEAL), StandardCharsets.ISO_8859_1)
                    .equals(seal(json))) {
                throw new IOException("its digest is not the one in " + SEAL);
            }
            return Wire.JSON.readValue(json, Contents.class);
        } catch (IOException | JacksonException e) {
            throw damaged(folder, STATE, e);
        }
    }

    private static String seal(byte[] json) {
        return "%s  %s\n".formatted(HexFormat.of().formatHex(RunData.sha256().digest(json)), STATE);
    }

    private static void verify(Path folder, Contents contents, String file) {
        try (InputStream in = Files.newInputStream(folder.resolve(file))) {
            MessageDigest sha = RunData.sha256();
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                sha.update(buffer, 0, n);
            }
            String digest = "sha256:" + HexFormat.of().formatHex(sha.digest());
            if (!digest.equals(contents.files().get(file))) {
                throw new IOException("it has digest %s, not %s"
                        .formatted(digest, contents.files().get(file)));
            }
        } catch (IOException e) {
            throw damaged(folder, file, e);
        }
    }

    private static TrainingFailure damaged(Path folder, String file, Exception e) {
        return new TrainingFailure(
                FailureKind.STORAGE,
                "the checkpoint %s is damaged: %s cannot be read (%s)".formatted(folder, file, e.getMessage()),
                e);
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
