package dev.tandem.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.tandem.spec.Method;
import dev.tandem.spec.ModelSource;
import dev.tandem.spec.PromptBoundary;
import dev.tandem.spec.RunIdentity;
import dev.tandem.spec.ScoringModels;
import dev.tandem.spec.TrainingFailure;
import dev.tandem.spec.TrainingSpec;
import dev.tandem.text.RowTokenizer;
import dev.tandem.text.TextTokenizer;
import dev.tandem.text.TokenizedDataset;
import dev.tandem.text.TokenizedRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The loss of a batch is the sum of its rows' losses, each times its row's weight, over the number of rows. */
class RowWeightsTest {

    /** Completion tokens of the two sides, and what the policy says of each of them; the reference says half of it. */
    private static final double[][] CHOSEN = {{-0.5, -1.5}, {-2, -0.25, -1}, {-0.75}};

    private static final double[][] REJECTED = {{-1}, {-0.5, -0.5, -3, -1}, {-2.5, -0.125}};

    @TempDir
    Path temporary;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "sigmoid",
                "cdpo",
                "hinge",
                "ipo",
                "exo_pair",
                "nca_pair",
                "robust",
                "bco_pair",
                "sppo_hard",
                "apo_zero",
                "apo_down",
                "discopop",
                "sigmoid_norm",
                "simpo"
            })
    void eachPairCountsItsWeightInTheMean(String loss) {
        TrainingSpec spec = TrainingSpec.read(Map.of("loss_type", loss, "label_smoothing", 0.125));
        double alone = 0;
        double[] weights = {2, 0.5, 3};
        for (int pair = 0; pair < weights.length; pair++) {
            alone += weights[pair] * probe(new double[] {1}, pair).ask(spec).loss() / weights.length;
        }
        assertThat(probe(weights, 0, 1, 2).ask(spec).loss()).isCloseTo(alone, within(1e-5 + 1e-6 * Math.abs(alone)));
    }

    @Test
    void likelihoodsAreWeighedTokenByToken() {
        double[] weights = {2, 0, 3};
        double sum = 2 * (0.5 + 1.5) + 3 * 0.75;
        double ofTokens = sum / 6; // of all tokens, those of a row that counts nothing too
        TrainingSpec sft = TrainingSpec.read(Map.of("loss_type", "sft"));
        assertThat(probe(weights, 0, 1, 2).ask(sft).loss()).isCloseTo(ofTokens, within(1e-6));

        double preferences = 0;
        for (int pair : new int[] {0, 2}) {
            double z = 0.1 * (sum(CHOSEN[pair]) - sum(REJECTED[pair]));
            preferences += weights[pair] * Math.log1p(Math.exp(-z)) / 3;
        }
        TrainingSpec cpo = TrainingSpec.read(Map.of("loss_type", "cpo", "beta", 0.1));
        assertThat(probe(weights, 0, 1, 2).ask(cpo).loss()).isCloseTo(preferences + ofTokens, within(1e-6));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sigmoid", "ipo", "hinge", "sft", "cpo", "orpo"})
    void twiceTheWeightIsTwiceTheGradientAndNoneIsNone(String loss) {
        TrainingSpec spec = TrainingSpec.read(Map.of("loss_type", loss));
        float[] once = probe(new double[] {1, 1, 1}, 0, 1, 2).ask(spec).gradients();
        float[] weighed = probe(new double[] {2, 0, 1}, 0, 1, 2).ask(spec).gradients();
        int first = CHOSEN[0].length + REJECTED[0].length;
        int second = first + CHOSEN[1].length + REJECTED[1].length;
        assertThat(once).hasSizeGreaterThan(second).isNotEqualTo(weighed);
        for (int t = 0; t < once.length; t++) {
            assertThat(weighed[t]).as("token %d", t).isEqualTo(once[t] * (t < first ? 2 : t < second ? 0 : 1));
        }
    }

    @Test
    void pairsAreWeighedByTheirRowsAndByThePolicyAtOnce() {
        double[] weights = {2, 0.5, 3};
        TrainingSpec spec = TrainingSpec.read(Map.of("use_weighting", true));
        double alone = 0;
        for (int pair = 0; pair < weights.length; pair++) {
            alone += weights[pair] * probe(new double[] {1}, pair).ask(spec).loss() / 3;
        }
        assertThat(probe(weights, 0, 1, 2).ask(spec).loss()).isCloseTo(alone, within(1e-6));
    }

    /** A loss that was computed from what another part of the program says of each row. */
    @Test
    void aFirstStepHasTheWeighedMeanOfWhatTheRowsScore() throws Exception {
        double[] weights = {2, 0, 1, 5};
        TinyRun run = TinyRun.of("sigmoid-full")
                .withMethod(Method.SFT)
                .with("per_device_train_batch_size", 4)
                .with("gradient_accumulation_steps", 2)
                .with("train_sampling_strategy", "sequential")
                .with("logging_steps", 1)
                .with("max_steps", 1)
                .weighing(temporary, weights);
        List<TokenizedRow> rows = rows(run).subList(0, 8);
        double sum = 0;
        int tokens = 0;
        try (Scorer scorer =
                Scorer.open(new ScoringModels(new ModelSource(run.model().toString(), null), null))) {
            for (int i = 0; i < rows.size(); i++) {
                float[] logps = scorer.score(rows.get(i)).chosen().policy();
                sum -= weights[i % 4]
                        * IntStream.range(0, logps.length)
                                .mapToDouble(t -> logps[t])
                                .sum();
                tokens += logps.length;
            }
        }
        var monitor = new RecordedMetrics();
        train(run, "sft", null, monitor);
        assertThat(Objects.requireNonNull(monitor.train.get(1)).get("loss")).isCloseTo(sum / tokens, within(1e-5));
    }

    @Test
    void theAlarmOfTheFirstStepKnowsTheWeights() throws Exception {
        TinyRun run = TinyRun.of("sigmoid-full").with("max_steps", 1).with("logging_steps", 1);
        var monitor = new RecordedMetrics();
        train(run.weighing(temporary, 3), "heavy", null, monitor);
        assertThat(Objects.requireNonNull(monitor.train.get(1)).get("loss")).isCloseTo(3 * Math.log(2), within(1e-5));
    }

    @Test
    void aRunThatWasStoppedEndsInTheSameBytes() throws Exception {
        TinyRun plain = TinyRun.of("lora-llama").with("max_steps", 6);
        TinyRun run = plain.weighing(temporary, 2, 0, 1, 0.5, 3);
        train(run, "whole", null, new RecordedMetrics());
        var half = new RecordedMetrics();
        half.pauseAfter = 3;
        var stopped = (Outcome.Stopped) train(run, "first", null, half);
        half.pauseAfter = Integer.MAX_VALUE;
        train(run, "second", stopped.checkpoint(), half);
        assertThat(temporary.resolve("second/adapter_model.safetensors"))
                .hasSameBinaryContentAs(temporary.resolve("whole/adapter_model.safetensors"));

        TinyRun other = plain.weighing(temporary, 2, 0, 1, 0.5, 4);
        assertThatThrownBy(() -> train(other, "other", stopped.checkpoint(), half))
                .hasMessageContaining("row_weights");
    }

    @Test
    void weightsOfOneChangeNeitherTheIdentityNorTheBytesOfARun() throws Exception {
        TinyRun plain = TinyRun.of("sigmoid-full").with("max_steps", 3);
        TinyRun ones = plain.weighing(temporary, 1);
        train(plain, "plain", null, new RecordedMetrics());
        train(ones, "ones", null, new RecordedMetrics());
        assertThat(temporary.resolve("ones/model.safetensors"))
                .hasSameBinaryContentAs(temporary.resolve("plain/model.safetensors"));
        assertThat(identity(ones).digest()).isEqualTo(identity(plain).digest());
        assertThat(identity(plain).parts()).doesNotContainKey("row_weights");
        assertThat(identity(plain.weighing(temporary, 1, 2)).digest())
                .isNotEqualTo(identity(plain).digest());
    }

    @Test
    void lossesThatSortOverTheBatchRefuseWeightsByLine() {
        assertThatThrownBy(() -> train(
                        TinyRun.of("sigmoid-full").with("loss_type", "aot").weighing(temporary, 1, 2),
                        "aot",
                        null,
                        new RecordedMetrics()))
                .isInstanceOf(TrainingFailure.class)
                .hasMessageContaining("loss_type aot sorts over the rows of a batch")
                .hasMessageContaining("line 2 of the dataset has a weight other than 1");
    }

    private static double sum(double[] numbers) {
        return IntStream.range(0, numbers.length).mapToDouble(i -> numbers[i]).sum();
    }

    private static LossProbe probe(double[] weights, int... pairs) {
        var probe = new LossProbe();
        for (int i = 0; i < pairs.length; i++) {
            double[] chosen = CHOSEN[pairs[i]];
            double[] rejected = REJECTED[pairs[i]];
            probe.add(1, chosen.length, rejected.length, weights[i]);
            for (double[] side : new double[][] {chosen, rejected}) {
                for (double logp : side) {
                    probe.policy.add((float) logp);
                    probe.reference.add((float) (logp / 2));
                    probe.logSumP2.add((float) (logp / 4));
                }
            }
        }
        return probe;
    }

    private RunIdentity identity(TinyRun run) {
        return new RunData(rows(run), null, 0).identity(run.in(temporary, null));
    }

    private List<TokenizedRow> rows(TinyRun run) {
        try (TextTokenizer tokenizer = TextTokenizer.open(run.model())) {
            return TokenizedDataset.read(
                            TinyRun.source(run.data()),
                            new RowTokenizer(tokenizer, PromptBoundary.TRL),
                            1024,
                            run.method())
                    .rows();
        }
    }

    private Outcome train(TinyRun run, String output, @Nullable Path resumeFrom, TrainingMonitor monitor)
            throws Exception {
        return new Trainer(run.in(temporary, resumeFrom), monitor)
                .train(Files.createDirectories(temporary.resolve(output)));
    }
}
