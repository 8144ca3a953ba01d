package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.FailureKind;
import dev.tandem.spec.Method;
import dev.tandem.spec.RunIdentity;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.storage.Durable;
import dev.tandem.transformer.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint is whole or it is none. */
class TrainingCheckpointTest {

    private static final RunIdentity RUN = RunIdentity.of(Method.DPO, TrainingSpec.DEFAULTS, null, null);

    @TempDir
    Path temporary;

    @AutoClose
    NDManager manager = manager();

    @AutoClose
    Kernels kernels = Kernels.load(manager);

    private static NDManager manager() {
        Learner.begin();
        return NDManager.newBaseManager("PyTorch");
    }

    @Test
    void whateverIsCutOffOrChangedIsNoticedAndNothingOfItIsUsed() throws Exception {
        Path whole = write("whole", 1);
        for (Path file : files(whole)) {
            byte[] bytes = Files.readAllBytes(file);
            for (int i = 0; i < 24; i++) {
                int place = (int) ((long) bytes.length * i / 24);
                Files.write(file, Arrays.copyOf(bytes, place));
                assertDamaged(whole);
                byte[] changed = bytes.clone();
                changed[place] ^= 0x01; // another digit is a number too
                Files.write(file, changed);
                assertDamaged(whole);
            }
            Files.delete(file);
            assertDamaged(whole);
            Files.write(file, bytes);
        }
        assertThat(read(whole)).containsOnly(1);
    }

    /** Until the last rename a crash leaves some first part of the files in a folder of another name. */
    @Test
    void aWriteCutOffAtAnyByteLeavesTheOneBeforeItAndCanBeRepeated() throws Exception {
        Path before = write("step-1", 1);
        Path example = write("example", 2);
        for (int i = 0; i < 24; i++) {
            Path partial = Files.createDirectories(temporary.resolve("checkpoints/.step-2.partial"));
            long left = size(example) * i / 24;
            for (Path file : files(example)) {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(
                        partial.resolve(file.getFileName()), Arrays.copyOf(bytes, (int) Math.min(left, bytes.length)));
                left = Math.max(0, left - bytes.length);
            }
            assertThat(read(before)).containsOnly(1);
            assertThat(read(write("step-2", 2))).containsOnly(2);
            Durable.deleteTree(temporary.resolve("checkpoints/step-2"));
        }
    }

    @Test
    void aProcessKilledWhileItWritesLeavesOnlyWholeCheckpoints() throws Exception {
        for (int wanted : List.of(2, 5)) {
            Path folder = temporary.resolve("killed-" + wanted).resolve("checkpoints");
            Process writer = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "--enable-native-access=ALL-UNNAMED",
                            "-cp",
                            System.getProperty("java.class.path"),
                            CheckpointsWithoutEnd.class.getName(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(temporary.resolve("log").toFile())
                    .start();
            while (writer.isAlive()
                    && (!Files.isDirectory(folder) || visible(folder).size() < wanted)) {
                Thread.onSpinWait();
            }
            writer.destroyForcibly().waitFor();

            List<Path> whole = visible(folder);
            assertThat(whole).as(Files.readString(temporary.resolve("log"))).hasSizeGreaterThanOrEqualTo(wanted);
            for (Path checkpoint : whole) {
                assertThat(read(checkpoint))
                        .containsOnly(Integer.parseInt(
                                checkpoint.getFileName().toString().substring("step-".length())));
            }
        }
    }

    private Path write(String name, int value) throws IOException {
        try (NDManager scratch = manager.newSubManager()) {
            return CheckpointsWithoutEnd.write(temporary.resolve("checkpoints").resolve(name), scratch, value, RUN);
        }
    }

    private static List<Path> visible(Path folder) throws IOException {
        return files(folder).stream()
                .filter(path -> !path.getFileName().toString().startsWith("."))
                .toList();
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    private static long size(Path folder) throws IOException {
        return TrainingCheckpoint.size(folder);
    }

    private void assertDamaged(Path checkpoint) {
        try (NDManager scratch = manager.newSubManager()) {
            TrainingCheckpoint.Arrays into = CheckpointsWithoutEnd.arrays(scratch, 0);
            assertThatExceptionOfType(TrainingFailure.class)
                    .isThrownBy(() -> TrainingCheckpoint.read(checkpoint, kernels.in(scratch), into, RUN))
                    .withMessageContaining("is damaged")
                    .satisfies(e -> assertThat(e.kind()).isEqualTo(FailureKind.STORAGE));
            assertThat(values(into)).containsOnly(0);
        }
    }

    private float[] read(Path checkpoint) {
        try (NDManager scratch = manager.newSubManager()) {
            TrainingCheckpoint.Arrays into = CheckpointsWithoutEnd.arrays(scratch, 0);
            TrainingCheckpoint.read(checkpoint, kernels.in(scratch), into, RUN);
            return values(into);
        }
    }

    private static float[] values(TrainingCheckpoint.Arrays arrays) {
        NDArray both = arrays.parameters().values().iterator().next();
        return both.add(arrays.optimizer().values().iterator().next()).div(2).toFloatArray();
    }

    /** Writes one checkpoint after the other until it is killed; all numbers of each are its step. */
    static final class CheckpointsWithoutEnd {

        private CheckpointsWithoutEnd() {}

        public static void main(String[] args) throws IOException {
            Learner.begin();
            try (NDManager manager = NDManager.newBaseManager("PyTorch")) {
                for (int step = 1; step < 10_000; step++) {
                    try (NDManager scratch = manager.newSubManager()) {
                        write(Path.of(args[0]).resolve("step-" + step), scratch, step, RUN);
                    }
                }
            }
        }

        static TrainingCheckpoint.Arrays arrays(NDManager manager, int value) {
            return new TrainingCheckpoint.Arrays(
                    Map.of("weight", manager.full(new ai.djl.ndarray.types.Shape(64, 300), value)),
                    Map.of("weight.m", manager.full(new ai.djl.ndarray.types.Shape(64, 300), value)),
                    Map.of());
        }

        static Path write(Path folder, NDManager manager, int value, RunIdentity run) throws IOException {
            var state = new TrainingCheckpoint.State(
                    run,
                    value,
                    new MetricWindow().state(),
                    BestSoFar.NONE,
                    Map.of("loss", Double.NaN),
                    PassPlan.asDeclared(false));
            return TrainingCheckpoint.write(folder, arrays(manager, value), state);
        }
    }
}
