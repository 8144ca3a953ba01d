package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.Method;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.Kernels;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever rows run together: losses, gradients, metrics and weights are those of the declared micro-batches. */
class GroupingTest {

    private static final Set<String> OF_TIME =
            Set.of("pairs_per_second", "tokens_per_second", "step_seconds", "flops_per_second");

    @TempDir
    Path temporary;

    record Ran(Map<Integer, Map<String, Double>> metrics, Map<String, float[]> weights) {}

    static Stream<Arguments> runs() {
        return Stream.of("sigmoid-full", "lora-llama")
                .flatMap(golden -> Stream.of("sigmoid", "aot", List.of("sft", "ipo"), "orpo")
                        .map(loss -> Arguments.of(golden, loss)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("runs")
    void everyStepIsThatOfTheDeclaredMicroBatches(String golden, Object loss) throws Exception {
        // Two micro-batches of three pairs a step: one pass takes both, two of three pairs, or one.
        TinyRun run = TinyRun.of(golden)
                .with("loss_type", loss)
                .with("per_device_train_batch_size", 3)
                .with("gradient_accumulation_steps", 2)
                .with("max_steps", 20);
        compare(run);
    }

    private void compare(TinyRun run) throws Exception {
        Ran declared = train(run, PassPlan.asDeclared(false));
        int longest = rows(run).stream()
                .mapToInt(row -> MicroBatch.of(List.of(row), true).places())
                .max()
                .orElseThrow();
        assertSame(train(run, new PassPlan(1, false)), declared);
        assertSame(train(run, new PassPlan(2 * longest, false)), declared);
        assertSame(train(run, new PassPlan(Integer.MAX_VALUE, false)), declared);
    }

    private static void assertSame(Ran ran, Ran declared) {
        assertThat(ran.metrics.keySet()).isEqualTo(declared.metrics.keySet());
        declared.metrics.forEach((step, metrics) -> metrics.forEach((name, value) -> {
            if (!OF_TIME.contains(name)) {
                assertThat(ran.metrics.getOrDefault(step, Map.of()).get(name))
                        .as("%s of step %d", name, step)
                        .isCloseTo(value, within(2e-5 + 2e-5 * Math.abs(value)));
            }
        }));
        declared.weights.forEach((name, weights) -> assertThat(ran.weights.get(name))
                .as(name)
                .usingComparatorWithPrecision(2e-5f)
                .containsExactly(weights));
    }

    private Ran train(TinyRun tiny, PassPlan plan) throws Exception {
        TrainingRun run = tiny.in(temporary, null);
        var monitor = new RecordedMetrics();
        Learner.begin();
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Kernels kernels = Kernels.load(manager)) {
            LoadedModels models = LoadedModels.load(kernels.in(manager), run);
            var reference = run.spec().usesReference()
                    ? new Reference.Live(models.reference().apply(kernels.in(manager)))
                    : null;
            new TrainingLoop(run, monitor, manager, kernels, models, reference, new RunData(rows(tiny), null, 0), plan)
                    .run();
            var weights = new LinkedHashMap<String, float[]>();
            models.policy().parameters().forEach((name, array) -> weights.put(name, array.toFloatArray()));
            return new Ran(monitor.train, weights);
        }
    }

    private List<TokenizedRow> rows(TinyRun tiny) {
        TrainingRun run = tiny.in(temporary, null);
        try (TextTokenizer tokenizer = TextTokenizer.open(run.model())) {
            return TokenizedDataset.read(run.data(), new RowTokenizer(tokenizer, PromptBoundary.TRL), 1024, Method.DPO)
                    .rows();
        }
    }
}
