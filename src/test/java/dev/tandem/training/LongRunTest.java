package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.DataSource;
import dev.tandem.spec.DatasetFormat;
import dev.tandem.spec.Instruction;
import dev.tandem.spec.Method;
import dev.tandem.spec.OnInvalid;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Kernels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Native memory is invisible to the garbage collector: what a step leaves behind would end a long run. */
class LongRunTest {

    private static final int STEPS = 300;
    private static final long PAGE = 4096;

    @TempDir
    Path temporary;

    @Test
    void threeHundredStepsLeaveNothingBehind() throws Exception {
        GoldenTrajectory golden = GoldenTrajectory.read("odd-batches-and-eval");
        Map<String, Object> training = golden.training();
        training.put("max_steps", STEPS);
        training.put("save_steps", 100);
        DataSource data = source(golden.folder().resolve("dataset.jsonl"));
        DataSource evalData = source(golden.folder().resolve("eval_dataset.jsonl"));
        var run = new TrainingRun(
                Method.DPO,
                TrainingSpec.read(training),
                null,
                golden.model(),
                "base",
                null,
                data,
                evalData,
                temporary,
                "1-",
                null,
                null);
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager);
                TextTokenizer tokenizer = TextTokenizer.open(golden.model())) {
            var watch = new Watch(manager);
            LoadedModels models = LoadedModels.load(kernels.in(manager), run);
            var rows = new RunData(rows(tokenizer, data), rows(tokenizer, evalData), 0);

            var reference =
                    new CachedReference(ReferenceCache.inMemory(), models.reference(), manager, kernels, message -> {});
            new TrainingLoop(run, watch, manager, kernels, models, reference, rows, new PassPlan(2048, false)).run();

            assertThat(watch.arrays).as("counts of live arrays between steps").hasSize(1);
            assertThat(watch.residentAtEnd - watch.residentEarly)
                    .as("growth in bytes")
                    .isLessThan(24_000_000);
        }
    }

    private static List<TokenizedRow> rows(TextTokenizer tokenizer, DataSource data) {
        return TokenizedDataset.read(data, new RowTokenizer(tokenizer, PromptBoundary.TRL), null, Method.DPO)
                .rows();
    }

    private static DataSource source(Path file) {
        return new DataSource(file.toString(), DatasetFormat.AUTO, OnInvalid.REJECT, -1);
    }

    /** Counts the arrays that belong to the run between its steps, and what the process holds outside the Java heap. */
    private static final class Watch extends RecordedMetrics {

        private final NDManager manager;
        private final Set<Integer> arrays = new HashSet<>();
        private long residentEarly;
        private long residentAtEnd;

        Watch(NDManager manager) {
            this.manager = manager;
        }

        @Override
        public Instruction proceed(int step, int totalSteps, double epoch, @Nullable Double etaSeconds) {
            arrays.add(manager.getManagedArrays().size());
            if (step == STEPS / 3 || step == STEPS) {
                System.gc(); // frees the buffers of past batches, which are the collector's to free
                residentAtEnd = resident() - Runtime.getRuntime().totalMemory();
                residentEarly = step == STEPS ? residentEarly : residentAtEnd;
            }
            return Instruction.CONTINUE;
        }

        private static long resident() {
            try {
                return Long.parseLong(
                                Files.readString(Path.of("/proc/self/statm")).split(" ")[1])
                        * PAGE;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
