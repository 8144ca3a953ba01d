package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.tandem.spec.DataSource;
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
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever rows run together: losses, gradients, metrics and weights are those of the declared micro-batches. */
class GroupingTest {

    private static final Set<String> OF_TIME =
            Set.of("pairs_per_second", "tokens_per_second", "step_seconds", "flops_per_second");

    @TempDir
    Path temporary;

    private static NDManager manager;

    private static Kernels kernels;

    @BeforeAll
    static void open() {
        Learner.begin();
        manager = NDManager.newBaseManager("PyTorch");
        kernels = Kernels.load(manager);
    }

    @AfterAll
    static void close() {
        kernels.close();
        manager.close();
    }

    record Ran(Map<String, Map<String, Double>> metrics, Map<String, float[]> weights) {}

    static Stream<Arguments> runs() {
        return Stream.of("sigmoid-full", "lora-llama")
                .flatMap(golden -> Stream.of("sigmoid", "aot", List.of("sft", "ipo"), "orpo")
                        .map(loss -> Arguments.of(golden, loss)));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("runs")
    void everyStepIsThatOfTheDeclaredMicroBatches(String golden, Object loss) throws Exception {
        // Two micro-batches of three pairs a step: one pass takes one pair, two of three, or all six.
        TinyRun run = TinyRun.of(golden)
                .with("loss_type", loss)
                .with("per_device_train_batch_size", 3)
                .with("gradient_accumulation_steps", 2)
                .with("max_steps", 20);
        assertAlike(run, false);
    }

    /** Their auxiliary loss is a product of means over all tokens of a micro-batch. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void routersLearnFromTheWholeMicroBatch(boolean recomputes) throws Exception {
        TinyRun run = TinyRun.of("routed-mixtral")
                .with("router_aux_loss_coef", 0.5)
                .with("per_device_train_batch_size", 3)
                .with("gradient_accumulation_steps", 2)
                .with("max_steps", 6);
        assertAlike(run, recomputes);
    }

    @Test
    void evaluationsWeightedPairsAndDemonstrationsAreThoseOfTheDeclaredMicroBatches() throws Exception {
        TinyRun run = TinyRun.of("odd-batches-and-eval").with("max_steps", 6);
        assertAlike(run.with("use_weighting", true), false);
        assertAlike(run.withMethod(Method.SFT), true);
    }

    @Test
    void rowsCountTheirWeightInWhateverPassTheyRun() throws Exception {
        double[] weights = {2, 0, 1, 0.5, 3};
        TinyRun run = TinyRun.of("odd-batches-and-eval").with("max_steps", 6).weighing(temporary, weights);
        assertAlike(run.with("use_weighting", true), false);
        assertAlike(run.with("loss_type", List.of("sft", "ipo")), false);
        assertAlike(run.withMethod(Method.SFT), true);
    }

    private void assertAlike(TinyRun run, boolean recomputes) throws Exception {
        List<TokenizedRow> rows = rows(run, run.in(temporary, null).data());
        int longest = rows.stream()
                .mapToInt(row ->
                        MicroBatch.of(List.of(row), run.method() == Method.DPO).places())
                .max()
                .orElseThrow();
        Ran declared = train(run, PassPlan.asDeclared(recomputes));
        for (int tokens : new int[] {1, 2 * longest, Integer.MAX_VALUE}) {
            assertSame(train(run, new PassPlan(tokens, recomputes)), declared);
        }
    }

    private static void assertSame(Ran ran, Ran declared) {
        assertThat(ran.metrics.keySet()).isEqualTo(declared.metrics.keySet());
        declared.metrics.forEach((step, metrics) -> metrics.forEach((name, value) -> {
            if (!OF_TIME.contains(name)) {
                assertThat(ran.metrics.getOrDefault(step, Map.of()).get(name))
                        .as("%s of step %s", name, step)
                        .isCloseTo(value, within(2e-5 + 2e-5 * Math.abs(value)));
            }
        }));
        declared.weights.forEach((name, weights) -> assertThat(ran.weights.get(name))
                .as(name)
                .usingComparatorWithPrecision(5e-6f)
                .containsExactly(weights));
    }

    private Ran train(TinyRun tiny, PassPlan plan) throws Exception {
        // AdamW divides by a gradient's size: with its usual 1e-8 it makes a step of the rounding of one that is almost
        // 0.
        TrainingRun run = tiny.with("adam_epsilon", 1e-5).in(temporary, null);
        var monitor = new RecordedMetrics();
        DataSource evalData = run.evalData();
        var data = new RunData(rows(tiny, run.data()), evalData == null ? null : rows(tiny, evalData), 0);
        try (NDManager scope = manager.newSubManager()) {
            LoadedModels models = LoadedModels.load(kernels.in(scope), run);
            Reference reference = run.method() == Method.DPO && run.spec().usesReference()
                    ? new Reference.Live(models.reference().apply(kernels.in(scope)))
                    : null;
            Outcome outcome = new TrainingLoop(run, monitor, scope, kernels, models, reference, data, plan).run();
            assertThat(outcome).isInstanceOf(Outcome.Finished.class);
            var metrics = new TreeMap<String, Map<String, Double>>();
            monitor.train.forEach((step, values) -> metrics.put("train " + step, values));
            monitor.eval.forEach((step, values) -> metrics.put("eval " + step, values));
            var weights = new LinkedHashMap<String, float[]>();
            models.policy().parameters().forEach((name, array) -> weights.put(name, array.toFloatArray()));
            return new Ran(metrics, weights);
        }
    }

    private List<TokenizedRow> rows(TinyRun tiny, DataSource data) {
        try (TextTokenizer tokenizer = TextTokenizer.open(tiny.model())) {
            var rows = new RowTokenizer(tokenizer, PromptBoundary.TRL);
            return TokenizedDataset.read(data, rows, 1024, tiny.method()).rows();
        }
    }
}
