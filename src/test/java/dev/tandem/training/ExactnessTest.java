package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.tandem.spec.Method;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.TokenizedRow;
import dev.tandem.transformer.HeadChunks;
import dev.tandem.transformer.Kernels;
import dev.tandem.transformer.LanguageModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever makes a step cheaper changes no number beyond rounding, in any family: each way of computing against the plain one,
 * where chosen and rejected are rows of their own, padded to micro-batches as declared, beside a reference that runs along.
 */
class ExactnessTest {

    private static final int EVERYTHING = Integer.MAX_VALUE;
    private static final int DECLARED = 0;

    /** Prompts longer than the golden models' windows; lengths that need padding. */
    private static final int[][] LENGTHS = {{12, 7, 5}, {17, 3, 9}, {9, 12, 1}, {21, 4, 4}};

    /**
     * @param shared whether chosen and rejected share their prompt
     * @param tokens of a pass, as in {@link PassPlan}
     * @param predictions at one time at the head
     * @param words of the vocabulary at one time at the head, at least
     * @param cached whether the reference's numbers are computed row by row and kept
     * @param recomputes whether layers are computed again for their gradients
     */
    record Way(boolean shared, int tokens, int predictions, int words, boolean cached, boolean recomputes) {}

    private static final Way PLAIN = new Way(false, DECLARED, 1000, 1000, false, false);

    private static final List<Way> ONE_THING_EACH = List.of(
            new Way(true, DECLARED, 1000, 1000, false, false),
            new Way(false, EVERYTHING, 1000, 1000, false, false),
            new Way(false, 1, 1000, 1000, false, false),
            new Way(false, DECLARED, 1, 1000, false, false),
            new Way(false, DECLARED, 7, 50, false, false),
            new Way(false, DECLARED, 1000, 1, false, false),
            new Way(false, DECLARED, 1000, 1000, true, false),
            new Way(false, DECLARED, 1000, 1000, false, true));

    private static final List<Way> ALL_TOGETHER =
            List.of(new Way(true, EVERYTHING, 7, 50, true, true), new Way(true, 1, 5, 511, true, false));

    @TempDir
    static Path temporary;

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

    @ParameterizedTest
    @MethodSource("dev.tandem.transformer.GoldenModelsTest#models")
    void everyWayGivesTheLossesAndGradientsOfThePlainOne(Path model) throws IOException {
        Step plain = step(model, PLAIN);

        for (Way way : ONE_THING_EACH) {
            Step other = step(model, way);
            for (int i = 0; i < plain.losses.size(); i++) {
                assertThat(other.losses.get(i)).as(way.toString()).isCloseTo(plain.losses.get(i), within(5e-6f));
            }
            assertAlike(other.gradients, plain.gradients, 2e-5f, way);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama-untied-tiny", "mixtral-tiny"})
    void pairsWeighedByThePolicyCountAlikeInStepsAndEvaluations(String name) throws IOException {
        TrainingRun run = run(Path.of("src/test/resources/golden/models", name), 1);
        TrainingSpec weighing = TrainingSpec.read(Map.of("beta", 0.5, "use_weighting", true));
        Way inParts = new Way(true, 1, 7, 50, false, false);
        try (NDManager scope = manager.newSubManager()) {
            LoadedModels models = models(scope, run, PLAIN);
            nudge(models.policy());
            try (Reference reference = reference(scope, models, PLAIN)) {
                MicroBatch batch = MicroBatch.of(rows(PLAIN).subList(0, 3), true);
                Passes whole = passes(scope, models, reference, weighing, PLAIN);
                float learned = whole.learn(List.of(batch), 1, 0, 42).getFirst().loss();

                Passes parts = passes(scope, models, reference, weighing, inParts);
                assertThat(whole.evaluate(batch, 1, 0).loss()).isCloseTo(learned, within(5e-6f));
                assertThat(parts.evaluate(batch, 1, 0).loss()).isCloseTo(learned, within(5e-6f));
                assertThat(parts.learn(List.of(batch), 1, 0, 42).getFirst().loss())
                        .isCloseTo(learned, within(5e-6f));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("dev.tandem.transformer.GoldenModelsTest#models")
    void allTogetherLeadWhereThePlainWayLeads(Path model) throws IOException {
        Trajectory plain = trajectory(model, PLAIN);
        double begin = plain.losses.getFirst();
        assertThat(plain.losses).hasSize(20);
        assertThat(plain.losses.getLast()).isLessThan(begin - 0.01);

        for (Way way : ALL_TOGETHER) {
            Trajectory other = trajectory(model, way);
            for (int step = 0; step < plain.losses.size(); step++) {
                assertThat(other.losses.get(step))
                        .as("loss of step %d, %s", step, way)
                        .isCloseTo(plain.losses.get(step), within(2e-5));
            }
            assertAlike(other.weights, plain.weights, 2e-5f, way);
        }
    }

    private static void assertAlike(Map<String, float[]> these, Map<String, float[]> those, float share, Way way) {
        assertThat(these.keySet()).isEqualTo(those.keySet());
        those.forEach((name, numbers) -> {
            float largest = 0;
            for (float number : numbers) {
                largest = Math.max(largest, Math.abs(number));
            }
            assertThat(these.get(name))
                    .as("%s, %s", name, way)
                    .usingComparatorWithPrecision(1e-7f + share * largest)
                    .containsExactly(numbers);
        });
    }

    record Step(List<Float> losses, Map<String, float[]> gradients) {}

    /** Two micro-batches of a policy that has left its reference. */
    private static Step step(Path model, Way way) throws IOException {
        TrainingRun run = run(model, 1);
        try (NDManager scope = manager.newSubManager()) {
            LoadedModels models = models(scope, run, way);
            nudge(models.policy());
            try (Reference reference = reference(scope, models, way)) {
                Passes passes = passes(scope, models, reference, run.spec(), way);
                List<TokenizedRow> rows = rows(way);
                List<MicroBatch> declared =
                        List.of(MicroBatch.of(rows.subList(0, 2), true), MicroBatch.of(rows.subList(2, 4), true));
                List<Float> losses = passes.learn(declared, 0.5, 0, 42).stream()
                        .map(BatchResult::loss)
                        .toList();
                return new Step(losses, numbers(models.policy().gradients(scope)));
            }
        }
    }

    private static Passes passes(
            NDManager scope, LoadedModels models, Reference reference, TrainingSpec spec, Way way) {
        var learner =
                new Learner(models.policy(), reference, PreferenceObjective.of(spec), 0.1, way.recomputes, kernels::in);
        return new Passes(
                learner,
                models.policy(),
                scope,
                kernels,
                new RecordedMetrics(),
                new PassPlan(way.tokens, way.recomputes));
    }

    /** Away from the reference, where log-ratios are not 0. */
    private static void nudge(Policy policy) {
        policy.parameters().values().forEach(parameter -> parameter.muli(1.05f));
    }

    record Trajectory(List<Double> losses, Map<String, float[]> weights) {}

    private static Trajectory trajectory(Path model, Way way) throws IOException {
        TrainingRun run = run(model, 20);
        var monitor = new RecordedMetrics();
        try (NDManager scope = manager.newSubManager()) {
            LoadedModels models = models(scope, run, way);
            try (Reference reference = reference(scope, models, way)) {
                new TrainingLoop(
                                run,
                                monitor,
                                scope,
                                kernels,
                                models,
                                reference,
                                new RunData(rows(way), null, 0),
                                new PassPlan(way.tokens, way.recomputes))
                        .run();
            }
            var losses = new ArrayList<Double>();
            monitor.train.values().forEach(metrics -> losses.add(metrics.getOrDefault("loss", Double.NaN)));
            return new Trajectory(losses, numbers(models.policy().parameters()));
        }
    }

    private static LoadedModels models(NDManager scope, TrainingRun run, Way way) {
        LoadedModels loaded = LoadedModels.load(kernels.in(scope), run);
        LanguageModel chunked = HeadChunks.of(loaded.policy().model(), way.predictions, way.words);
        return new LoadedModels(new Policy(scope, chunked, loaded.policy().parameters()), loaded.reference());
    }

    private static Reference reference(NDManager scope, LoadedModels models, Way way) {
        return way.cached
                ? new CachedReference(ReferenceCache.inMemory(), models.reference(), scope, kernels, warning -> {})
                : new Reference.Live(models.reference().apply(kernels.in(scope)));
    }

    private static TrainingRun run(Path model, int steps) {
        Map<String, Object> training = Map.of(
                "max_steps",
                steps,
                "per_device_train_batch_size",
                2,
                "gradient_accumulation_steps",
                2,
                "learning_rate",
                0.2,
                "optim",
                "sgd",
                "beta",
                0.5,
                "router_aux_loss_coef",
                0.1,
                "logging_steps",
                1,
                "save_strategy",
                "no");
        return new TrainingRun(
                Method.DPO,
                TrainingSpec.read(training),
                null,
                model,
                "base",
                null,
                TinyRun.source(model),
                null,
                temporary,
                "",
                null,
                null);
    }

    private static List<TokenizedRow> rows(Way way) {
        var rows = new ArrayList<TokenizedRow>();
        for (int[] length : LENGTHS) {
            int seed = rows.size();
            int[] prompt = ids(7 * seed, length[0]);
            // A rejected side with a prompt of its own is a row of its own, though the prompts are the same.
            rows.add(new TokenizedRow(
                    seed,
                    prompt,
                    ids(100 + 11 * seed, length[1]),
                    ids(250 + 13 * seed, length[2]),
                    false,
                    way.shared ? null : prompt,
                    1));
        }
        return rows;
    }

    private static int[] ids(int start, int count) {
        return IntStream.range(0, count).map(i -> 5 + (start + 17 * i) % 480).toArray();
    }

    private static Map<String, float[]> numbers(Map<String, NDArray> arrays) {
        var numbers = new LinkedHashMap<String, float[]>();
        arrays.forEach((name, array) -> numbers.put(name, array.toFloatArray()));
        return numbers;
    }
}
